// zccache fp from outside: 0 run, 1 skip, 2 whatever else.

import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import type { Finished } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

test("fp: check, mark-success, mark-failure and invalidate, by exit codes, with text on standard error only", async () => {
  await using box = project();
  expect(await check(box)).toEqual([0, "", "run: no cache file\n"]);
  expect(await fp(box, ["mark-success"])).toEqual([0, "", ""]);
  expect(await check(box)).toEqual([1, "", "skip: nothing has changed\n"]);
  box.tree.write({ "tree/a.rs": "changed", "tree/b.rs": "new" });
  expect(await check(box)).toEqual([0, "", "run: content changed (2 files)\n  a.rs\n  b.rs\n"]);
  expect(await fp(box, ["mark-failure"])).toEqual([0, "", ""]);
  expect(await check(box)).toEqual([0, "", "run: previous failure\n"]);
  expect(await check(box, "--cache-type", "hash")).toEqual([0, "", "run: pending\n"]);
  await fp(box, ["mark-success"]);
  expect((await check(box, "--cache-type", "hash"))[0]).toBe(1);
  expect(await fp(box, ["invalidate"])).toEqual([0, "", ""]);
  expect(await check(box)).toEqual([0, "", "run: no cache file\n"]);
});

test("fp check: --root, --ext, --include and --exclude choose the files, each as often as need be", async () => {
  await using box = project();
  const settled = async (...flags: string[]) => {
    await check(box, ...flags);
    await fp(box, ["mark-success"]);
    expect((await check(box, ...flags))[0]).toBe(1);
  };
  await settled("--ext", "rs", "--ext", "h", "--exclude", "gen", "--exclude", "*.tmp.rs");
  await settled("--include", "**/*.rs", "--include", "*.h");
  box.tree.write({ "tree/gen/x.rs": "", "tree/y.tmp.rs": "", "tree/c.txt": "changed" });
  expect((await check(box, "--ext", "rs", "--ext", "h", "--exclude", "gen", "--exclude", "*.tmp.rs"))[0]).toBe(1);
  expect((await check(box, "--include", "**/*.rs", "--include", "*.h"))[2]).toContain("2 files");
  // The same tree by its path, by another way, and by one whose `..` must not be folded.
  mkdirSync(box.tree.at("deep/er"), { recursive: true });
  symlinkSync(box.tree.at("deep/er"), box.tree.at("tree/link"));
  box.tree.write({ "deep/only.rs": "" });
  await check(box, "--root", "link/..", "--ext", "rs");
  await fp(box, ["mark-success"]);
  box.tree.write({ "deep/only.rs": "changed" });
  expect((await check(box, "--root", "link/..", "--ext", "rs"))[2]).toBe("run: content changed (1 file)\n  only.rs\n");
});

test("fp: whatever goes wrong is neither run nor skip", async () => {
  await using box = project();
  const wrong = async (args: readonly string[], says: string, env: Record<string, string> = {}) => {
    const [exitCode, stdout, stderr] = shown(await box.zccache(["fp", ...args], { env: { ...box.env, ...env } }));
    expect([args, exitCode, stdout]).toEqual([args, 2, ""]);
    expect(stderr).toContain(says);
  };
  await wrong([], "missing required argument");
  await wrong(["check"], "--cache-file is missing");
  await wrong(["--cache-file", "f", "look"], '"look" is none of');
  await wrong(["--cache-file", "f", "check", "--cache-type", "md5"], '"md5"');
  await wrong(["--cache-file", "f", "check", "--ext", "c", "--include", "*.c"], "exclude each other");
  await wrong(["--cache-file", "f", "check", "--nonsense"], "--nonsense");
  await box.stop();
  for (const action of ["check", "mark-success"]) {
    await wrong(["--cache-file", "f", action], "ZCCACHE_NO_SPAWN", { ZCCACHE_NO_SPAWN: "1" });
  }
});

test("fp --endpoint asks the daemon that serves there", async () => {
  await using box = project();
  await using other = sandbox();
  await other.zccache(["start"]);
  const { stdout } = await other.zccache(["status", "--json"]);
  await fp(box, ["check", "--endpoint", JSON.parse(stdout).endpoint]);
  expect(box.daemons()).toEqual([]);
});

function project(): Sandbox {
  const box = sandbox();
  box.tree.write({ "tree/a.rs": "a", "tree/b.h": "b", "tree/c.txt": "c" });
  return box;
}

async function check(box: Sandbox, ...flags: string[]): Promise<[number | null, string, string]> {
  return await fp(box, ["check", ...flags]);
}

async function fp(box: Sandbox, args: readonly string[]): Promise<[number | null, string, string]> {
  mkdirSync(box.tree.at("tree"), { recursive: true });
  return shown(await box.zccache(["fp", "--cache-file", "lint", ...args], { cwd: box.tree.at("tree") }));
}

function shown({ exitCode, stdout, stderr }: Finished): [number | null, string, string] {
  return [exitCode, stdout, stderr];
}
