// The programs that samples are taken with, compiled for each run of the benchmark.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../support/run.ts";

/** Absolute paths: launch.c, and floor.c without and with an output. */
export type Launcher = { readonly launch: string; readonly floor: string; readonly emptyCompiler: string };

/** Compiles the programs that samples are taken with into `root`/programs. */
export async function buildLauncher(root: string): Promise<Launcher> {
  const programs = join(root, "programs");
  mkdirSync(programs);
  const built = async (name: string, source: string, options: readonly string[]): Promise<string> => {
    const path = join(programs, name);
    await mustRun(["gcc", ...options, "-o", path, join(import.meta.dir, source)]);
    return path;
  };
  const bare = ["-O1", "-static", "-nostdlib"];
  return {
    launch: await built("launch", "launch.c", ["-O2", "-static"]),
    floor: await built("floor", "floor.c", bare),
    emptyCompiler: await built("empty-compiler", "floor.c", [...bare, "-DLEAVES_OUTPUT"]),
  };
}
