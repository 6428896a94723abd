// The first result of a tool is stored only once a trial has shown that the tracer sees the tool's work.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../../../src/core/version.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(600_000);

const PAST = join(import.meta.dirname, "programs/past.c");

type Status = {
  readonly cache_hits: number;
  readonly cache_misses: number;
  readonly non_cacheable_reasons: Readonly<Record<string, number>>;
  readonly untraceable_tools: readonly string[];
};

async function status(box: Sandbox): Promise<Status> {
  return JSON.parse((await box.zccache(["status", "--json"])).stdout).daemon;
}

/** A sandbox with a gcc first on PATH that reads its source past every wrapper. */
async function scene(): Promise<{ box: Sandbox; env: Record<string, string>; tool: string }> {
  const box = sandbox();
  mkdirSync(box.tree.at("bin"));
  await run(["gcc", "-w", PAST, "-o", box.tree.at("bin/gcc")], { env: box.env });
  box.tree.write({ "a.c": "a\n", "hidden.h": "one\n" });
  return { box, env: { ...box.env, PATH: `${box.tree.at("bin")}:${box.env["PATH"]}` }, tool: box.tree.at("bin/gcc") };
}

async function objectOf(box: Sandbox, env: Record<string, string>): Promise<string> {
  const result = await run([box.binary, "gcc", "-c", "a.c", "-o", "a.o"], { cwd: box.tree.path, env });
  expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  return box.tree.read("a.o").toString();
}

test("a compiler that reads past the tracer is found out at its first miss, and left alone by this daemon and the next", async () => {
  const { box: given, env, tool } = await scene();
  await using box = given;
  expect(await objectOf(box, env)).toBe("a\none\n");
  // A stale hit, had the first result been stored: no record shows that anybody reads this.
  box.tree.write({ "hidden.h": "two\n" });
  expect(await objectOf(box, env)).toBe("a\ntwo\n");
  const line = `${tool}: a trial showed unseen work: open of hidden.h`;
  const before = await status(box);
  expect(before).toMatchObject({ cache_hits: 0, cache_misses: 0, untraceable_tools: [line] });
  expect(before.non_cacheable_reasons["untraceable"]).toBeGreaterThan(0);
  await box.stop();
  expect(await objectOf(box, env)).toBe("a\ntwo\n");
  expect(await status(box)).toMatchObject({ cache_hits: 0, cache_misses: 0, untraceable_tools: [line] });
});

test("a compiler that is traced is tried once, and nothing of a trial stays", async () => {
  await using box = sandbox();
  box.tree.write({ "a.c": "int a;\n", "b.c": "int b;\n" });
  for (const source of ["a.c", "a.c", "b.c"])
    expect((await box.zccache(["gcc", "-c", source], { cwd: box.tree.path })).exitCode).toBe(0);
  expect(await status(box)).toMatchObject({ cache_hits: 1, untraceable_tools: [] });
  const state = `cache/v${VERSION}`;
  // The last part of a trial goes on behind the build's back.
  await until(() => existsSync(box.tree.at(`${state}/tool-trials.json`)), "the verdicts", 20);
  expect(readdirSync(box.tree.at(`${state}/tracer`)).filter((name) => !name.endsWith(".so"))).toEqual([]);
  const { tools } = JSON.parse(box.tree.read(`${state}/tool-trials.json`).toString());
  expect(Object.values(tools)).toEqual([{ kind: "traced", looks: expect.any(Number) }]);
});
