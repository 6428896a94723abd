// The real gcc as the judge of plans: what it writes for a command line, and how it cuts one into options.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findCompiler } from "../../../src/compilers/index.ts";
import { retarget } from "../../../src/core/depfile.ts";
import type { CompilePlan, OutputRole } from "../../../src/core/plan.ts";
import { missingTool } from "../../support/missing.ts";
import { type Finished, run } from "../../support/run.ts";

/** Why there is no judge; undefined if there is one. */
export const noGcc: string | undefined = missingTool("gcc", "g++", "as");

/** Runs gcc with English messages. */
export function gcc(args: readonly string[], cwd: string): Promise<Finished> {
  return run(["gcc", ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TMPDIR: cwd },
  });
}

/** The plan for gcc with these arguments, in `cwd`. */
export function planOf(args: readonly string[], cwd: string): CompilePlan {
  const read = (path: string): string => readFileSync(join(cwd, path), "latin1");
  const plan = findCompiler("gcc")?.parse(args, { read, variable: () => undefined });
  if (plan?.kind !== "compile") throw new Error(`Cannot plan "${args.join(" ")}": ${plan?.reason}`);
  return plan;
}

/** Content of the planned outputs after a run, depfiles whose target is exchanged with the same one. */
export function outputBytes(plan: CompilePlan, cwd: string): Map<OutputRole, string> {
  return new Map(
    plan.outputs.map(({ role, path, target }) => {
      const content = readFileSync(join(cwd, path), "latin1");
      return [role, target === undefined ? content : (retarget(content, target, "target") ?? "no depfile")];
    }),
  );
}

/** Paths of all files below `directory`, sorted. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** Words of a command line without quoting. */
export function words(line: string): string[] {
  return line.split(" ").filter((word) => word !== "");
}
