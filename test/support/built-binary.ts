// Where the executable under test is.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Absolute path of the working tree that holds this file. */
export const repository: string = dirname(dirname(import.meta.dir));

/**
 * Absolute path of the built executable, built first where it is missing. `ZCCACHE_TEST_BINARY` names another one,
 * e.g. an installed copy.
 * @throws {Error} When it cannot be built.
 */
export function builtBinary(): string {
  const other = process.env["ZCCACHE_TEST_BINARY"];
  if (other !== undefined && other !== "") return other;
  const path = join(repository, "dist/zccache");
  if (!existsSync(path)) build();
  return path;
}

/** Runs build.ts with the Bun that runs this program; its output goes to ours. */
export function build(): void {
  const { status, error } = spawnSync(process.execPath, [join(repository, "build.ts")], {
    cwd: repository,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error !== undefined) throw new Error(`Cannot run build.ts: ${error.message}`, { cause: error });
  if (status !== 0) throw new Error(`Cannot build dist/zccache: build.ts ended with exit code ${status}`);
}
