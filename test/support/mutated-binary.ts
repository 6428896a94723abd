// Executables with one line of their sources broken, for tests that have to notice it in a whole program.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./built-binary.ts";
import { mustRun } from "./run.ts";

/** `find` must stand exactly once in `file`, which gets `replace` in its place. */
export type Mutation = { readonly file: string; readonly find: string; readonly replace: string };

const BUILT_FROM = ["src", "build.ts", "package.json", "tsconfig.json", "bunfig.toml"];

/**
 * Absolute path of an executable made from a copy of the sources with this mutation. It goes with the process, which is
 * not blocked meanwhile: others may wait for a daemon's answer in it.
 * @throws {Error} When the mutation does not apply or the copy cannot be built.
 */
export async function mutatedBinary(mutation: Mutation): Promise<string> {
  const copy = mutatedSources(mutation);
  await mustRun([process.execPath, join(copy, "build.ts")], { cwd: copy });
  return join(copy, "dist/zccache");
}

function mutatedSources({ file, find, replace }: Mutation): string {
  const copy = mkdtempSync(join(tmpdir(), "zccache-mutated-"));
  process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
  for (const name of BUILT_FROM) cpSync(join(repository, name), join(copy, name), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  const path = join(copy, file);
  const pieces = readFileSync(path, "utf8").split(find);
  if (pieces.length !== 2) throw new Error(`Cannot break "${file}": "${find}" stands there ${pieces.length - 1} times`);
  writeFileSync(path, pieces.join(replace));
  return copy;
}
