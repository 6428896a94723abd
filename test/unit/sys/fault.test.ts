import { expect, test } from "bun:test";
import { join } from "node:path";

const source = join(import.meta.dir, "../../../src/sys/fault.ts");

/** Passes a point three times in a process of its own, and says how that ended. */
function pass(expression: string, enabled: boolean) {
  const program = `
    ${enabled ? "globalThis.ZCC_FAULTS = true;" : ""}
    const { fault } = await import(${JSON.stringify(source)});
    for (let passage = 1; passage <= 3; passage++) {
      try { fault("store.place"); } catch (error) { console.log(passage, error.code ?? "none"); }
    }`;
  const { stdout, signalCode } = Bun.spawnSync([process.execPath, "-e", program], {
    env: { ...process.env, ZCCACHE_FAULT: expression },
  });
  return { said: stdout.toString().trim().split("\n").join(" "), signalCode };
}

test.each([
  ["store.place=ENOSPC", "1 ENOSPC 2 ENOSPC 3 ENOSPC"],
  ["store.place=ENOSPC@2", "2 ENOSPC"],
  ["store.place=throw@1", "1 none"],
  ["store.stage=throw", ""],
  ["nonsense", ""],
])("fault() does what ZCCACHE_FAULT=%s says", (expression, said) => {
  expect(pass(expression, true)).toEqual({ said, signalCode: undefined });
});

test("fault() kills the process", () => {
  expect(pass("store.place=kill@3", true).signalCode).toBe("SIGKILL");
});

test("fault() does nothing where it is not compiled in", () => {
  expect(pass("store.place=kill", false)).toEqual({ said: "", signalCode: undefined });
});
