// What the cache says of a result: what it holds and what it depends on.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

type Row = Record<string, unknown>;

test("zccache inspect shows outputs, dependencies and variables of a result, found by either key", async () => {
  await using box = sandbox();
  box.tree.write({ "a.c": '#include "a.h"\nint a = A;\n', "a.h": "#define A 1\n", "b.c": "int b;\n" });
  const secret = "a-value-that-must-not-show";
  const env = { ...box.env, TERM: secret };
  await box.zccache(["gcc", "-c", "a.c", "-o", "a.o"], { cwd: box.tree.path, env });
  await box.settled(1);
  await box.zccache(["gcc", "-c", "b.c", "-o", "b.o"], { cwd: box.tree.path, env });
  await box.settled(2);
  const all = await box.zccache(["inspect", "--json"]);
  const results: Row[] = JSON.parse(all.stdout).results;
  expect(results.map(({ dependencies }) => dependencies)).toEqual([[], []]);
  const second = results[1] ?? {};
  for (const key of [second["result_key"], second["context_key"]].map(String)) {
    const one = await box.zccache(["inspect", key.slice(0, 12), "--json"]);
    expect(one.stdout).not.toContain(secret);
    const [result = {}] = JSON.parse(one.stdout).results;
    const bytes = readFileSync(box.tree.at("a.o"));
    const digest = createHash("sha256").update(bytes).digest("hex");
    expect(result).toMatchObject({ result_key: second["result_key"], exit_code: 0, stdout_bytes: 0 });
    expect(result.outputs).toMatchObject([{ role: "object", name: null, digest, size: bytes.length }]);
    expect(readFileSync(result.outputs[0].object).equals(bytes)).toBe(true);
    const header = createHash("sha256").update("#define A 1\n").digest("hex");
    expect(result.dependencies).toContainEqual({ path: "a.h", aspect: "content", state: `F${header}` });
    expect(result.dependency_count).toBe(result.dependencies.length);
    expect(result.environment).toContainEqual({ name: "CPATH", set: false });
    expect(result.conditions).toContain("places");
    expect(result.environment).toContainEqual({ name: "TERM", set: true });
  }
  const text = (await box.zccache(["inspect", String(second["result_key"])])).stdout;
  expect(text).toMatch(/^ {2}content +file [0-9a-f]{10} +a\.h$/m);
  expect(text).toMatch(/^ {2}TERM +as it was$/m);
  expect((await box.zccache(["inspect"])).stdout.split("\n").length).toBe(3);
});

test("zccache inspect says what is no key, and what is under none", async () => {
  await using box = sandbox();
  expect(await box.zccache(["inspect", "xyz"])).toMatchObject({ exitCode: 2, stdout: "" });
  expect(await box.zccache(["inspect"])).toMatchObject({
    exitCode: 1,
    stderr: "zccache: There are no results in the cache\n",
  });
  const none = await box.zccache(["inspect", "00"]);
  expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining("begins with 00")]);
  expect(await box.zccache(["inspect", "00", "--json"])).toMatchObject({
    exitCode: 1,
    stdout: '{\n  "results": []\n}\n',
  });
});
