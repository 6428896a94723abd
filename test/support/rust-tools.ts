// Which rustc and cargo the tests take: the real programs, not rustup's stand-ins, which ask HOME for them. Where rustup
// has no toolchain for this HOME, those that are found further along PATH.

import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { missingTool } from "./missing.ts";

/** Absolute paths. */
export type RustTools = { readonly rustc: string; readonly cargo: string };

const found = missingTool("gcc") === undefined ? installedRust() : undefined;

/** Why there is no Rust here; undefined if there is. rustc links with gcc. */
export const noRust: string | undefined = missingTool("gcc") ?? (found === undefined ? "no rustc runs" : undefined);

/** The tools behind the names on PATH. @throws {Error} Where there are none, as `noRust` says. */
export function rustTools(): RustTools {
  if (found === undefined) throw new Error(`Cannot take rustc: ${noRust}`);
  return found;
}

/** Those of the first rustc on PATH that runs. */
function installedRust(): RustTools | undefined {
  for (const directory of (process.env["PATH"] ?? "").split(":").filter((name) => name.startsWith("/"))) {
    const program = join(directory, "rustc");
    if (!existsSync(program)) continue;
    const { status, stdout } = spawnSync(program, ["--print", "sysroot"], { encoding: "utf8" });
    if (status !== 0) continue;
    const [rustc, cargo] = ["rustc", "cargo"].map((name) => toolIn([join(stdout.trim(), "bin"), directory], name));
    if (rustc !== undefined && cargo !== undefined) return { rustc, cargo };
  }
  return undefined;
}

/** Debian has its programs and its libraries below one prefix, as rustup has. */
function toolIn(directories: readonly string[], name: string): string | undefined {
  const path = directories.map((directory) => join(directory, name)).find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : realpathSync(path);
}
