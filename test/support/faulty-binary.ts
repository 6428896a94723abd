// The executable with the places of src/sys/fault.ts compiled in.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./built-binary.ts";

let built: string | undefined;

/** Absolute path of an executable that obeys ZCCACHE_FAULT; built at the first call of a process. */
export function faultyBinary(): string {
  if (built !== undefined && existsSync(built)) return built;
  const directory = mkdtempSync(join(tmpdir(), "zccache-faulty-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(repository, "build.ts"), "--faults", `--to=${directory}`],
    {
      cwd: repository,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`Cannot build an executable with faults: ${stderr}`);
  built = join(directory, "zccache");
  return built;
}
