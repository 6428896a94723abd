import { expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type Deeds, ExecBench } from "./exec-runs.ts";

test("fileExec() keeps undeclared looks as dependencies, found and absent, and what the depfile lists", async () => {
  await using bench = new ExecBench();
  bench.tree.write({ listed: "1" });
  const looks = [
    { path: "in1", aspect: "content", found: true },
    { path: "/none", aspect: "presence", found: false },
  ] as const;
  const work = () => writeFileSync(bench.tree.at("d"), "out: listed\n");
  const row = await bench.file({ ...bench.wrote(), looks, work, written: [bench.tree.at("d")] }, { depfile: "d" });
  if ("reason" in row) throw new Error(row.detail);
  expect(row.dependencies.map(({ path, state }) => `${path} ${state.slice(0, 1)}`)).toEqual([
    "in1 F",
    "/none A",
    "listed F",
  ]);
  const keyed = await bench.keyed({ depfile: "d" });
  expect(bench.store.lookup(keyed.context)).toEqual([row]);
});

test("fileExec() takes times and modes for inputs where nothing is declared, and only there", async () => {
  await using bench = new ExecBench();
  const looks = [{ path: "in1", aspect: "content", found: true }] as const;
  const conditions = async (fields: Record<string, unknown>) => {
    const row = await bench.file({ looks }, fields);
    if ("reason" in row) throw new Error(row.detail);
    return [...row.dependencies.map(({ aspect }) => aspect), ...row.environment.map(({ name }) => name)];
  };
  expect(await conditions({ find_outputs: true })).toEqual(["content", "stamp", "=modes"]);
  expect(await conditions({})).toEqual(["content"]);
});

test("fileExec() leaves the tool's content to its caller where tool_hash is given", async () => {
  await using bench = new ExecBench();
  const looks = [{ path: bench.tree.at("tool"), aspect: "content", found: true }] as const;
  const dependencies = async (fields: Record<string, unknown>) => {
    const row = await bench.file({ looks }, fields);
    return "reason" in row ? row.reason : row.dependencies.length;
  };
  expect(await dependencies({})).toBe(1);
  expect(await dependencies({ tool_hash: new Uint8Array(32) })).toBe(0);
});

test("fileExec() stores outputs with modes, exit code and streams, large ones as objects", async () => {
  await using bench = new ExecBench();
  const work = () => {
    writeFileSync(bench.tree.at("out"), "made");
    chmodSync(bench.tree.at("out"), 0o710);
  };
  const stdout = new Uint8Array((4 << 20) + 1);
  const row = await bench.file(
    { written: [bench.tree.at("out")], work, exitCode: 3, stdout },
    { output_files: ["out"] },
  );
  const entry = "resultKey" in row ? bench.store.readEntry(row.resultKey) : undefined;
  expect(entry?.outputs.map(({ name, size }) => [name, size])).toEqual([
    ["declared/710/0", 4],
    ["stdout", stdout.length],
  ]);
  expect([entry?.exitCode, entry?.stdout.length]).toEqual([3, 0]);
});

type Case = [reason: string, deeds: (bench: ExecBench) => Deeds, fields?: Record<string, unknown>];

test.each<Case>([
  ["tool-killed", () => ({ signal: 9 })],
  ["untraceable", () => ({ incomplete: "records lost" })],
  ["untraceable", () => ({ lingering: [1] })],
  ["network", () => ({ usedNetwork: true })],
  ["date", () => ({ usedDate: true }), { find_outputs: true }],
  ["removed-file", (bench) => ({ removed: [bench.tree.at("gone")] })],
  ["shows-tracer", () => ({ stdout: "A=1\nZCC_TRACE=/proc/1/fd/9\n" })],
  ["shows-tracer", () => ({ stdout: "LD_PRELOAD=/lib/tracer.so\n" })],
  ["output-too-large", () => ({ stdout: new Uint8Array((16 << 20) + 1) })],
  ["input-changed", (bench) => ({ work: () => appendFileSync(bench.tree.at("in1"), "!") }), { input_files: ["in1"] }],
  ["input-changed", (bench) => ({ work: () => appendFileSync(bench.tree.at("tool"), "!") })],
  ["input-changed", () => ({ looks: [{ path: "none", aspect: "content", found: true }] })],
  ["depfile-unusable", () => ({ exitCode: 1 }), { depfile: "d" }],
  ["output-missing", () => ({}), { depfile: "d" }],
  ["input-changed", (bench) => depfile(bench, "out: none\n"), { depfile: "d" }],
  ["depfile-unusable", (bench) => depfile(bench, "nonsense\n"), { depfile: "d" }],
  ["output-missing", (bench) => bench.wrote("other"), { output_files: ["out"] }],
  // It was there before, and the run let it be.
  ["output-missing", () => ({}), { output_files: ["in3"] }],
  ["output-in-place", (bench) => inPlace(bench, "out"), { output_files: ["out"] }],
  ["output-in-place", (bench) => inPlace(bench, "out"), { find_outputs: true }],
  ["output-outside", (bench) => bench.wrote("../far"), { cwd: "SUB", find_outputs: true }],
  ["output-kind", (bench) => made(bench, "link", (path) => symlinkSync("in1", path)), { find_outputs: true }],
  [
    "output-kind",
    (bench) => made(bench, "link", (path) => linkSync(bench.tree.at("in1"), path)),
    { find_outputs: true },
  ],
  ["output-kind", (bench) => made(bench, "dir", (path) => mkdirSync(path)), { find_outputs: true }],
  ["output-kind", (bench) => made(bench, "dir", (path) => mkdirSync(path)), { output_files: ["dir"] }],
  ["output-kind", (bench) => made(bench, "old", (path) => writeOld(path)), { find_outputs: true }],
])("fileExec() does not store: %s (%#)", async (reason, deeds, fields = {}) => {
  await using bench = new ExecBench();
  const cwd = fields["cwd"] === "SUB" ? bench.tree.at("sub") : bench.tree.path;
  const row = await bench.file(deeds(bench), { ...fields, cwd });
  expect("reason" in row ? row.reason : "stored").toBe(reason);
  expect(bench.store.totals().artifactCount).toBe(0);
  rmSync(bench.tree.at("../far"), { force: true });
});

test("fileExec() stores a run with declared outputs though others were written, or the date was asked for", async () => {
  await using bench = new ExecBench();
  const deeds = { ...bench.wrote("out", "counter"), changedInPlace: [bench.tree.at("counter")], usedDate: true };
  expect(await bench.file(deeds, { output_files: ["out"] })).toHaveProperty("resultKey");
});

test("fileExec() finds outputs below the directory, in new directories, too", async () => {
  await using bench = new ExecBench();
  const work = () => {
    mkdirSync(bench.tree.at("new"));
    writeFileSync(bench.tree.at("new/out"), "");
  };
  const written = [bench.tree.at("new"), bench.tree.at("new/out"), bench.tree.at("gone")];
  const row = await bench.file({ written, work }, { find_outputs: true });
  const entry = "resultKey" in row ? bench.store.readEntry(row.resultKey) : undefined;
  expect(entry?.outputs.map(({ name }) => name)).toEqual([expect.stringMatching(/^found\/[0-7]+\/new\/out$/)]);
});

/** As `cp -p` does. */
function writeOld(path: string): void {
  writeFileSync(path, "");
  utimesSync(path, 1000, 1000);
}

function depfile(bench: ExecBench, text: string): Deeds {
  return made(bench, "d", (path) => writeFileSync(path, text));
}

function inPlace(bench: ExecBench, name: string): Deeds {
  return { ...bench.wrote(name), changedInPlace: [bench.tree.at(name)] };
}

function made(bench: ExecBench, name: string, make: (path: string) => void): Deeds {
  return { written: [bench.tree.at(name)], work: () => make(bench.tree.at(name)) };
}
