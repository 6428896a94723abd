// The executable with the places of src/sys/fault.ts compiled in.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./built-binary.ts";

const built = new Map<string, string>();

/**
 * Absolute path of an executable that obeys ZCCACHE_FAULT; built at the first call of a process.
 * @param flags Further ones of build.ts.
 */
export function faultyBinary(flags: readonly string[] = []): string {
  const known = built.get(flags.join(" "));
  if (known !== undefined && existsSync(known)) return known;
  const directory = mkdtempSync(join(tmpdir(), "zccache-faulty-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(repository, "build.ts"), "--faults", ...flags, `--to=${directory}`],
    {
      cwd: repository,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`Cannot build an executable with faults: ${stderr}`);
  const binary = join(directory, "zccache");
  built.set(flags.join(" "), binary);
  return binary;
}
