import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { canStartDaemon, isUnlimited } from "../../../src/shim/caller.ts";

const UNLIMITED = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max file size             unlimited            unlimited            bytes
Max data size             unlimited            unlimited            bytes
Max stack size            8388608              unlimited            bytes
Max address space         unlimited            unlimited            bytes
`;

describe("limits", () => {
  test("isUnlimited() looks at the soft limit of that name", () => {
    expect(isUnlimited(UNLIMITED, "Max file size")).toBe(true);
    expect(isUnlimited(UNLIMITED, "Max stack size")).toBe(false);
    expect(isUnlimited("Max file size             4096                 unlimited  bytes\n", "Max file size")).toBe(
      false,
    );
    expect(isUnlimited("Max file size             unlimited            4096       bytes\n", "Max file size")).toBe(
      true,
    );
    expect(isUnlimited("", "Max file size")).toBe(true);
  });

  test("canStartDaemon() refuses where a daemon would inherit what ends it one day", () => {
    expect(canStartDaemon(UNLIMITED)).toBe(true);
    for (const name of ["Max cpu time", "Max data size", "Max address space"]) {
      expect([
        name,
        canStartDaemon(UNLIMITED.replace(`${name.padEnd(26)}unlimited`, `${name.padEnd(26)}1000`)),
      ]).toEqual([name, false]);
    }
  });
});

test.each([
  ["</dev/null >out 2>err", true],
  ["<&- >out 2>err", false],
  [">&- 2>err", false],
  ["2>&- >out", false],
  ["2>/dev/null >out", true],
  ["<>/dev/null >out 2>&1", true],
])("isForTheCache() with %s is %p", (redirection, expected) => {
  const module = join(import.meta.dir, "../../../src/shim/caller.ts");
  const program = `process.exitCode = (await import(${JSON.stringify(module)})).isForTheCache() ? 10 : 11;`;
  const script = `cd "$(mktemp -d)"; exec "$0" -e "$1" ${redirection}`;
  const { exitCode } = Bun.spawnSync(["sh", "-c", script, process.execPath, program]);
  expect(exitCode).toBe(expected ? 10 : 11);
});
