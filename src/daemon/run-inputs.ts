// What of a run's looks are inputs. Its own outputs are none, under other names either: gcc and bfd ask realpath(3) what is
// behind a link to a directory on the way to the output, and that path is no spelling of the output's.

import { identityText, type Look, type Observation } from "../core/observation.ts";
import { absolutePath, baseName, type RawText } from "../core/raw-text.ts";
import { withoutCrateListings } from "../key/crate-listings.ts";
import type { FileStates } from "../key/file-states.ts";
import type { CompileCall } from "./call.ts";
import { withoutOwnFolders } from "./removed-files.ts";
import { isScratch } from "./scratch.ts";

/**
 * What a run looked at and did not make, without response files, which are in the key by content and which build systems
 * remove as soon as the tool has ended.
 */
export function inputsOf(
  { looks, written, folders }: Observation,
  { cwd, responseFiles, plan }: Pick<CompileCall, "cwd" | "responseFiles" | "plan">,
  files: Pick<FileStates, "stamp" | "state">,
): readonly Look[] {
  const { crateDirectories: directories = [] } = plan;
  const others = withoutOwnFolders(looks, { folders, cwd });
  const all = withoutAliases(others, { written, cwd, files });
  const isInput = ({ path }: Look) => {
    const absolute = absolutePath(path, cwd);
    return !responseFiles.has(absolute) && !isScratch(absolute, { plan, cwd });
  };
  const inputs = responseFiles.size === 0 && plan.scratch === undefined ? all : all.filter(isInput);
  return withoutCrateListings(inputs, { directories, cwd }, files);
}

/** A finished run. */
export type Writing = {
  /** As `Observation.written`. */
  readonly written: readonly RawText[];
  readonly cwd: RawText;
  readonly files: Pick<FileStates, "stamp">;
};

/**
 * The looks without those that only asked whether one of the outputs is there, by whatever name: as with its own name,
 * what was there before it does not matter. Links on the way are looks of their own. 2 µs for each look at a name that an
 * output has.
 */
export function withoutAliases(looks: readonly Look[], { written, cwd, files }: Writing): readonly Look[] {
  const names = new Set(written.map(baseName));
  const suspects = looks.filter(({ path, aspect }) => asksOnly(aspect) && names.has(baseName(path)));
  if (suspects.length === 0) return looks;
  const outputs = new Set(written.map((path) => identityOf(path, files)));
  const aliases = new Set(
    suspects.filter(({ path }) => {
      const identity = identityOf(absolutePath(path, cwd), files);
      return identity !== undefined && outputs.has(identity);
    }),
  );
  return looks.filter((look) => !aliases.has(look));
}

function asksOnly(aspect: Look["aspect"]): boolean {
  return aspect === "presence" || aspect === "link";
}

/** Of a regular file, links to it followed. */
function identityOf(path: RawText, files: Writing["files"]): string | undefined {
  const stamp = files.stamp(path, "presence");
  return stamp?.kind === "file" ? identityText({ device: stamp.dev, inode: stamp.ino }) : undefined;
}
