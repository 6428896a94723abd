import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { interpret } from "../../../src/cli/run.ts";
import { filesBelow } from "../../../src/cli/tree-files.ts";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { type Files, fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

/** A workspace `w` beside its manifest, and the two verbs about them. */
function scene(files: Files) {
  const tree = fileTree(Object.fromEntries(Object.entries(files).map(([name, text]) => [`w/${name}`, text])));
  const common = ["--workspace", tree.at("w")];
  const run = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await interpret([...args, ...common, "--json"], surroundings(tree));
    return { exitCode, stderr, ...(stdout === "" ? {} : JSON.parse(stdout)) };
  };
  return {
    tree,
    take: (...more: string[]) => run("snapshot", "--out", tree.at("times.jsonl"), ...more),
    replay: (...more: string[]) => run("replay", "--manifest", tree.at("times.jsonl"), ...more),
    [Symbol.dispose]: () => tree[Symbol.dispose](),
  };
}

function timeOf(tree: TemporaryTree, name: string): bigint {
  return statSync(tree.at(`w/${name}`), { bigint: true }).mtimeNs;
}

function age(tree: TemporaryTree, ...names: string[]): void {
  for (const name of names) utimesSync(tree.at(`w/${name}`), 1_000_000_000, 1_000_000_000);
}

const OLD = 1_000_000_000_000_000_000n;

test("replay gives back the time of what is the same, and leaves alone what is not", async () => {
  using at = scene({ "same.c": "1", "dir/also.c": "2", "edited.c": "33", "longer.c": "4", "gone.c": "5" });
  const { tree } = at;
  age(tree, "same.c", "dir/also.c", "edited.c", "longer.c", "gone.c");
  expect(await at.take()).toEqual({
    exitCode: 0,
    stderr: "",
    status: "ok",
    manifest: tree.at("times.jsonl"),
    files: 5,
    bytes: 6,
  });
  rmSync(tree.at("w"), { recursive: true });
  tree.write({ "w/same.c": "1", "w/dir/also.c": "2", "w/edited.c": "34", "w/longer.c": "4 and more", "w/new.c": "" });
  const counts = { applied: 2, missing: 1, size_mismatch: 1, modified: 1, total: 5, applied_ratio: 0.4 };
  expect(await at.replay()).toEqual({ exitCode: 0, stderr: "", status: "ok", ...counts });
  expect(["same.c", "dir/also.c"].map((name) => timeOf(tree, name))).toEqual([OLD, OLD]);
  for (const name of ["edited.c", "longer.c", "new.c"]) expect(timeOf(tree, name)).toBeGreaterThan(OLD);
  expect(await at.replay("--min-applied-ratio", "0.4")).toMatchObject({ exitCode: 0, status: "ok", ...counts });
  expect(await at.replay("--min-applied-ratio", ".41")).toMatchObject({
    exitCode: 1,
    status: "below_ratio",
    ...counts,
  });
});

test("replay touches nothing outside the workspace, whatever links lead there", async () => {
  using at = scene({ "dir/a.c": "1", "b.c": "2" });
  const { tree } = at;
  age(tree, "dir/a.c", "b.c");
  await at.take();
  renameSync(tree.at("w/dir"), tree.at("outside"));
  writeFileSync(tree.at("outside/a.c"), "1");
  symlinkSync(tree.at("outside"), tree.at("w/dir"));
  renameSync(tree.at("w/b.c"), tree.at("outside/b.c"));
  writeFileSync(tree.at("outside/b.c"), "2");
  symlinkSync(tree.at("outside/b.c"), tree.at("w/b.c"));
  expect(await at.replay()).toMatchObject({ applied: 0, missing: 2, total: 2 });
  for (const name of ["a.c", "b.c"]) {
    expect(statSync(tree.at(`outside/${name}`), { bigint: true }).mtimeNs).toBeGreaterThan(OLD);
  }
});

test("snapshot leaves out what is excluded, links, what version control keeps, and itself", async () => {
  using at = scene({ "a.c": "", "target/x": "", "src/target/y": "", "src/b.o": "", ".git/HEAD": "", "sub/.git": "" });
  const { tree } = at;
  symlinkSync("a.c", tree.at("w/link"));
  mkdirSync(tree.at("w/empty"));
  const names = (...exclude: string[]) => filesBelow(rawFromString(tree.at("w")), exclude);
  expect(names()).toEqual(["a.c", "src/b.o", "src/target/y", "target/x"]);
  expect(names("target/", "*.o")).toEqual(["a.c"]);
  expect(names("/target/", "src/*.o", "", "/")).toEqual(["a.c", "src/target/y"]);
  const out = tree.at("w/times.jsonl");
  const write = () =>
    interpret(["snapshot", "--workspace", tree.at("w"), "--out", out, "--exclude", "src"], surroundings(tree));
  await write();
  expect((await write()).stdout).toBe(`Wrote down 2 files of 0 bytes in ${out}.\n`);
});

test("replay says for people what became of the files", async () => {
  using at = scene({ "a.c": "1" });
  await at.take();
  const args = ["replay", "--workspace", at.tree.at("w"), "--manifest", at.tree.at("times.jsonl")];
  expect((await interpret(args, surroundings(at.tree))).stdout).toBe(
    "  applied          1 of 1 file (100.0 %)\n  missing          0\n  of another size  0\n  modified         0\n",
  );
});

test("replay of an empty snapshot is enough for any ratio", async () => {
  using at = scene({ "a.c": "1" });
  await at.take("--exclude", "*");
  expect(await at.replay("--min-applied-ratio", "1")).toMatchObject({ exitCode: 0, total: 0, applied_ratio: 1 });
});

test.each([
  ["replay"],
  ["replay --manifest nowhere.jsonl"],
  ["replay --manifest {}/w/a.c"],
  ["replay --manifest {}/w --min-applied-ratio 2"],
  ["replay --manifest {}/w --min-applied-ratio much"],
  ["snapshot"],
  ["snapshot --out {}/nowhere/x"],
  ["snapshot --out {}/x --workspace {}/nowhere"],
])("%s exits with 2, which says that nothing was done", async (line) => {
  using at = scene({ "a.c": "1" });
  const args = line.replaceAll("{}", at.tree.path).split(" ");
  const { exitCode, stderr } = await interpret(args, surroundings(at.tree));
  expect([exitCode, stderr.slice(0, 16)]).toEqual([2, "zccache: Cannot "]);
});

test("replay in a workspace that is not there exits with 2", async () => {
  using at = scene({ "a.c": "1" });
  await at.take();
  rmSync(at.tree.at("w"), { recursive: true });
  expect(await at.replay()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Cannot replay a snapshot") });
});
