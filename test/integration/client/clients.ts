// The two clients that an executable has: the native stub in front, and the TypeScript client where there is no stub or
// it does not know what to do.

import { statSync } from "node:fs";
import { join } from "node:path";
import { builtBinary, repository } from "../../support/built-binary.ts";
import { mustRun } from "../../support/run.ts";

/** Name and executable of each, for `describe.each`. */
export const CLIENTS: readonly [name: "stub" | "TypeScript", binary: string][] = [
  ["stub", builtBinary()],
  ["TypeScript", await withoutStub()],
];

/** The same program without the stub; built again whenever the executable under test is newer. */
async function withoutStub(): Promise<string> {
  const directory = join(repository, "dist/no-stub");
  const binary = join(directory, "zccache");
  const built = statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > statSync(builtBinary()).mtimeMs) return binary;
  await mustRun([process.execPath, join(repository, "build.ts"), "--no-stub", `--to=${directory}`], {
    cwd: repository,
  });
  return binary;
}
