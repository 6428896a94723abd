// Where a call of rustc is made, as far as its command line tells whether that may show in what it makes: the directory of
// the build, and the one that it is called in.

import type { CompilePlan } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";
import type { RustLine } from "./rustc-line.ts";

/** What a plan says of places. */
export type RustPlaces = Pick<CompilePlan, "root" | "replaced" | "directoryShows">;

/** The places of a call that makes a crate. */
export function placesOf(line: RustLine): RustPlaces {
  const root = rootOf(line);
  return {
    ...(root === undefined ? {} : { root }),
    ...(line.replaced.length === 0 ? {} : { replaced: line.replaced }),
    directoryShows: directoryShows(line),
  };
}

// Where cargo puts things below the directory of one build: deps/, examples/, build/<package>/ and what scripts make there.
const PLACE = /\/(?:deps|examples|build\/[^/]+(?:\/.*)?)\/*$/;
// Nothing that a depfile, a message or a list of paths would have to quote.
const PLAIN_PATH = /^(?:\/[\w.+@~-]+){2,}$/;

/**
 * The directory that outputs and crates are in, as far as the command line shows it: `target/debug`, or `target` where it
 * has crates for this machine and for another one.
 */
function rootOf({ outDir, output, externs, dependencyDirectories, tellsRoot }: RustLine): RawText | undefined {
  if (outDir === undefined || output !== undefined || tellsRoot) return undefined;
  const others = [...externs, ...dependencyDirectories].map((path) => path.split("/"));
  const shared = outDir.replace(PLACE, "").split("/");
  const apart = shared.findIndex((step, at) => others.some((steps) => steps[at] !== step));
  const root = shared.slice(0, apart < 0 ? shared.length : apart).join("/");
  return PLAIN_PATH.test(root) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(outDir) ? root : undefined;
}

// What has metadata in it, which names sources by absolute paths.
const WITHOUT_METADATA = new Set<RawText>(["bin", "cdylib", "staticlib"]);

/**
 * Builds of one workspace at two paths, compared byte for byte with rustc 1.95: without debug information, programs, tests
 * and C libraries are the same, libraries of Rust and macros never; with the directory replaced in what is made
 * (`--remap-path-prefix`), everything is.
 */
function directoryShows(line: RustLine): NonNullable<CompilePlan["directoryShows"]> {
  if (line.oddCode || line.remapScoped) return "always";
  const { crateTypes, emits, test } = line;
  // What is only checked has none.
  const debug = line.debug && (emits.size === 0 || emits.has("link"));
  const isProgram = crateTypes.length > 0 && crateTypes.every((kind) => WITHOUT_METADATA.has(kind));
  const plain = !debug && (test || isProgram);
  return plain ? "as-text" : "unless-replaced";
}
