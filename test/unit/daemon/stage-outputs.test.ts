import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Observation } from "../../../src/core/observation.ts";
import type { CompileCall } from "../../../src/daemon/call.ts";
import { stageOutputs } from "../../../src/daemon/stage-outputs.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { NOTHING_OBSERVED } from "../../support/observations.ts";

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
    sideOutputs: true,
    cwdInKey: true,
  },
} as unknown as CompileCall; // only these two fields matter here
const wrote = (...names: string[]): Observation => ({
  ...NOTHING_OBSERVED,
  written: names.map((name) => (name.startsWith("/") ? name : join(cwd, name))),
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
  [
    "a file outside of the object's directory and of the working one",
    ["out/a.o", join(root, "elsewhere.log")],
    "output-outside",
  ],
  ["a directory", ["out/a.o", "out/folder"], "output-kind"],
])("stageOutputs() refuses %s", async (_title, names, reason) => {
  for (const name of ["out/a.o", "out/a.d", "../elsewhere.log"]) touch(name);
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

test("stageOutputs() names what is not beside the object by the working directory", async () => {
  for (const name of ["out/a.o", "b.i"]) touch(name);
  const staged = await stageOutputs(wrote("out/a.o", "b.i"), call, store);
  if ("reason" in staged) throw new Error(staged.detail);
  expect(staged.outputs.map(({ role, name }) => [role, name])).toEqual([
    ["object", undefined],
    ["cwd-side", "b.i"],
  ]);
});

test("stageOutputs() refuses what a plan without side outputs did not foresee", async () => {
  for (const name of ["out/a.o", "out/a.su"]) touch(name);
  const strict = { ...call, plan: { ...call.plan, sideOutputs: false } };
  expect(await stageOutputs(wrote("out/a.o", "out/a.su"), strict, store)).toMatchObject({
    reason: "output-unforeseen",
  });
});

test.each([
  ["out/a.o: a.c\n", undefined],
  ["x: a.c\n", "output-kind"],
  ["out/a.o:  a.c\n", "output-kind"],
])("stageOutputs() takes a depfile %j whose target can be exchanged, else refuses it: %p", async (content, reason) => {
  const planned = call.plan.outputs.map((output) =>
    output.role === "depfile" ? { ...output, target: "out/a.o" } : output,
  );
  touch("out/a.o");
  writeFileSync(join(cwd, "out/a.d"), content);
  const staged = await stageOutputs(
    wrote("out/a.o", "out/a.d"),
    { ...call, plan: { ...call.plan, outputs: planned } },
    store,
  );
  if ("reason" in staged) expect(staged.reason).toBe(reason as never);
  else expect(staged.outputs[1]?.name).toBe("out/a.o");
  expect("reason" in staged).toBe(reason !== undefined);
});

test("stageOutputs() refuses what was written over though the plan has it renamed", async () => {
  for (const name of ["out/a.o", "out/a.s", "out/a.su"]) touch(name);
  const renaming = { ...call, plan: { ...call.plan, renamed: /\.s$/ } };
  const run = wrote("out/a.o", "out/a.s", "out/a.su");
  const renamed = ["out/a.o", "out/a.s"].map((name) => join(cwd, name));
  expect(await stageOutputs({ ...run, renamed }, renaming, store)).not.toHaveProperty("reason");
  for (const only of renamed)
    expect(await stageOutputs({ ...run, renamed: [only] }, renaming, store)).toMatchObject({ reason: "output-kind" });
  expect(await stageOutputs(run, call, store)).not.toHaveProperty("reason");
  touch("out/a.dia");
  const diagnosed = { ...wrote("out/a.o", "out/a.dia"), renamed: [join(cwd, "out/a.o")] };
  const renamingAll = { ...call, plan: { ...call.plan, renamed: /\.(?:dia|s)$/ } };
  expect(await stageOutputs(diagnosed, renamingAll, store)).toMatchObject({ reason: "output-kind" });
  const removing = { ...call, plan: { ...renamingAll.plan, removedFirst: /\.dia$/ } };
  expect(await stageOutputs(diagnosed, removing, store)).not.toHaveProperty("reason");
  // What a linker makes is no such file.
  const link = { ...call, plan: { ...renaming.plan, link: true } };
  expect(await stageOutputs(wrote("out/a.o"), link, store)).not.toHaveProperty("reason");
});

test("stageOutputs() refuses an executable file beside what a link makes", async () => {
  for (const name of ["out/a.o", "out/a.implib"]) touch(name);
  const link = { ...call, plan: { ...call.plan, link: true } };
  expect(await stageOutputs(wrote("out/a.o", "out/a.implib"), link, store)).not.toHaveProperty("reason");
  chmodSync(join(cwd, "out/a.implib"), 0o755);
  expect(await stageOutputs(wrote("out/a.o", "out/a.implib"), link, store)).toMatchObject({ reason: "output-kind" });
  expect(await stageOutputs(wrote("out/a.o", "out/a.implib"), call, store)).not.toHaveProperty("reason");
});

test("stageOutputs() takes ten files that a link's command line does not name, and no more [links 9]", async () => {
  const link = { ...call, plan: { ...call.plan, link: true, sideOutputs: false } };
  const sides = Array.from({ length: 11 }, (_, n) => `out/side${n}`);
  for (const name of ["out/a.o", ...sides]) touch(name);
  const ten = await stageOutputs(wrote("out/a.o", ...sides.slice(1)), link, store);
  expect(ten).toMatchObject({ unforeseen: true });
  expect(await stageOutputs(wrote("out/a.o", ...sides), link, store)).toMatchObject({ reason: "output-too-large" });
});
