import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Observation } from "../../../src/core/observation.ts";
import type { CompileCall } from "../../../src/daemon/call.ts";
import { stageOutputs } from "../../../src/daemon/stage-outputs.ts";
import { openStore } from "../../../src/store/store.ts";

const root = mkdtempSync(join(tmpdir(), "zccache-stage-"));
process.on("exit", () => rmSync(root, { recursive: true, force: true }));
const store = openStore(join(root, "cache"));
const cwd = join(root, "w");
mkdirSync(join(cwd, "out"), { recursive: true });
const call = {
  cwd,
  plan: {
    kind: "compile",
    source: "a.c",
    keyArguments: [],
    outputs: [
      { role: "object", path: "out/./a.o" },
      { role: "depfile", path: "out/a.d" },
    ],
    cwdInKey: false,
  },
} as unknown as CompileCall; // only these two fields matter here
const wrote = (...names: string[]): Observation => ({
  incomplete: undefined,
  looks: [],
  environment: [],
  wholeEnvironment: false,
  written: names.map((name) => (name.startsWith("/") ? name : join(cwd, name))),
  changedInPlace: [],
  usedDate: false,
  usedNetwork: false,
});
const touch = (name: string) => writeFileSync(join(cwd, name), name);

test("stageOutputs() gives planned files their roles and others a name beside the object", async () => {
  for (const name of ["out/a.o", "out/a.d", "out/a.su"]) touch(name);
  const staged = await stageOutputs(wrote("out/a.o", "out/a.d", "out/a.su", "out/gone.tmp"), call, store);
  if ("reason" in staged) throw new Error(staged.detail);
  expect(staged.outputs.map(({ role, name }) => [role, name])).toEqual([
    ["object", undefined],
    ["depfile", undefined],
    ["side", "a.su"],
  ]);
});

test.each([
  ["nothing at the object's place", ["out/a.d"], "output-kind"],
  ["a file outside of the object's directory", ["out/a.o", "elsewhere.log"], "output-outside"],
  ["a directory", ["out/a.o", "out/folder"], "output-kind"],
])("stageOutputs() refuses %s", async (_title, names, reason) => {
  for (const name of ["out/a.o", "out/a.d", "elsewhere.log"]) touch(name);
  mkdirSync(join(cwd, "out/folder"), { recursive: true });
  expect(await stageOutputs(wrote(...names), call, store)).toMatchObject({ reason });
});

test("stageOutputs() follows an object that is a symbolic link", async () => {
  touch("real.o");
  rmSync(join(cwd, "out/a.o"), { force: true });
  symlinkSync("../real.o", join(cwd, "out/a.o"));
  const staged = await stageOutputs(wrote("out/a.o"), call, store);
  if ("reason" in staged) throw new Error(staged.detail);
  expect(staged.outputs[0]?.staged.size).toBe("real.o".length);
});
