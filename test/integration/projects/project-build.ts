// One build of a real project in a fresh copy of its tree, always at the same path, and everything about it that must
// not depend on whether a cache stood in between.

import { rmSync } from "node:fs";
import { type Snapshot, snapshot } from "../../support/compare-trees.ts";
import { type Environment, mustRun } from "../../support/run.ts";
import type { StartCounter, Starts } from "./project-starts.ts";

/** What a build left and said. */
export type Build = {
  /** Files that it made or changed, kept depfiles included. */
  readonly outputs: Snapshot;
  /** Lines of both streams, sorted (jobs end in any order) and without ninja's progress numbers. */
  readonly said: readonly string[];
  readonly starts: Starts;
};

/** A build command and where it runs. */
export type BuildStep = {
  /** Everything below it is compared. */
  readonly tree: string;
  readonly command: readonly string[];
  readonly env: Environment;
};

// ninja's own records hold times; what matters in them is asked for by `ninja -t deps` and `ninja -n`.
const RECORDS = /(^|\/)\.ninja_(log|deps|lock)$/;

/** Replaces `tree` by a copy of `source`, modes and times kept. */
export async function freshCopy(source: string, tree: string): Promise<void> {
  rmSync(tree, { recursive: true, force: true });
  await mustRun(["cp", "-a", source, tree]);
}

/** Runs a build that has to succeed. */
export async function buildProject(counter: StartCounter, { tree, command, env }: BuildStep): Promise<Build> {
  const before = snapshot(tree);
  counter.take();
  const { stdout, stderr } = await mustRun(command, { cwd: tree, env });
  const starts = counter.take();
  const after = snapshot(tree, (path) => !RECORDS.test(path));
  const outputs = new Map([...after].filter(([path, state]) => before.get(path) !== state));
  const said = `${stdout}\n${stderr}`
    .split("\n")
    .map((line) => line.replace(/^\[\d+\/\d+\] /, ""))
    .sort();
  return { outputs, said, starts };
}

/** The part of `build` on which two bare builds agree; elsewhere (times, random symbols) nothing can be expected. */
export function repeatable(outputs: Snapshot, bare: readonly [Build, Build]): Snapshot {
  const [first, second] = bare;
  return new Map([...outputs].filter(([path]) => first.outputs.get(path) === second.outputs.get(path)));
}

/** What `ninja -t deps` says, one paragraph an output, in an order that does not depend on which job ended first. */
export function withoutTimes(deps: string): string[] {
  const paragraphs = deps.replace(/deps mtime \d+/g, "deps mtime").split("\n\n");
  return paragraphs.map((paragraph) => paragraph.trim()).sort();
}
