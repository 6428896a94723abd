import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { fileTree } from "../../../support/file-tree.ts";
import { execCall, execKey, fill } from "./exec-calls.ts";

const BASE = {
  args: ["a", "b"],
  env: [["A", "1"]],
  input_files: ["in1", "in2"],
  output_files: ["out"],
};

test.each<[what: string, fields: Record<string, unknown>]>([
  ["an argument", { args: ["a", "c"] }],
  ["the order of arguments", { args: ["b", "a"] }],
  ["where arguments end", { args: ["a b"] }],
  ["the value of a variable", { env: [["A", "2"]] }],
  [
    "a variable more",
    {
      env: [
        ["A", "1"],
        ["B", ""],
      ],
    },
  ],
  ["an input more", { input_files: ["in1", "in2", "in3"] }],
  ["another input of other content", { input_files: ["in1", "in3"] }],
  ["an output's name", { output_files: ["out2"] }],
  ["the order of outputs' names", { output_files: ["out", "out2"] }],
  ["extra bytes", { input_extra: new Uint8Array([0]) }],
  ["what is kept of the streams", { output_streams: { stderr: false } }],
  ["the depfile's name", { depfile: "d" }],
  ["the tool's hash", { tool_hash: new Uint8Array(32) }],
  ["a scanned file", { include_scan_files: ["in3"] }],
  ["that outputs are found", { output_files: [], find_outputs: true }],
])("keyExec() tells apart %s", async (_what, fields) => {
  using tree = fill(fileTree());
  expect(await execKey(tree, { ...BASE, ...fields })).not.toBe(await execKey(tree, BASE));
});

test("keyExec() tells apart contents of the tool, an input and a scanned header", async () => {
  using tree = fill(fileTree({ "a.c": '#include "a.h"\n', "a.h": "1" }));
  const fields = { ...BASE, include_scan_files: ["a.c"] };
  const keys = new Set([await execKey(tree, fields)]);
  for (const name of ["tool", "in2", "a.h"]) {
    writeFileSync(tree.at(name), `new ${name}`);
    keys.add(await execKey(tree, fields));
  }
  expect(keys.size).toBe(4);
});

test("keyExec() leaves the tool's content out where tool_hash says what it is", async () => {
  using tree = fill(fileTree());
  const fields = { ...BASE, tool_hash: new Uint8Array(32).fill(7) };
  const before = await execKey(tree, fields);
  writeFileSync(tree.at("tool"), "another");
  expect(await execKey(tree, fields)).toBe(before);
});

test("keyExec() has the directory in the key unless cwd_in_key is false", async () => {
  using tree = fill(fileTree());
  const [here, there] = [tree.path, tree.at("sub")];
  writeFileSync(tree.at("sub/in1"), "in1");
  for (const [cwd_in_key, same] of [
    [true, false],
    [false, true],
  ]) {
    const fields = { input_files: ["in1"], cwd_in_key };
    const keys = await Promise.all([here, there].map((cwd) => execKey(tree, { ...fields, cwd })));
    expect(keys[0] === keys[1]).toBe(same === true);
  }
});

test("readExecCall() takes arguments out of the key that a filter matches, and only there", () => {
  using tree = fileTree();
  const { args, keyArgs } = execCall(tree, { args: ["--seed=1", "x", "--SEED=2"], key_args_filter: ["(?i)^--seed="] });
  expect(args).toEqual(["--seed=1", "x", "--SEED=2"]);
  expect(keyArgs).toEqual(["x"]);
});

test("readExecCall() turns non_deterministic into Bypass, and ReadOnly into looking up only", () => {
  using tree = fileTree();
  const policy = (fields: Record<string, unknown>) => {
    const { looksUp, stores } = execCall(tree, fields);
    return [looksUp, stores];
  };
  expect(policy({})).toEqual([true, true]);
  expect(policy({ cache_policy: "ReadOnly" })).toEqual([true, false]);
  expect(policy({ cache_policy: "Bypass" })).toEqual([false, false]);
  expect(policy({ cache_policy: "Normal", non_deterministic: true })).toEqual([false, false]);
});

test.each([
  [{ tool: "tool" }, 'Cannot use tool "tool": it is not absolute'],
  [{ cwd: "sub" }, 'Cannot use cwd "sub": it is not absolute'],
  [{ key_args_filter: ["["] }, 'Cannot use key_args_filter "["'],
])("readExecCall() refuses %j", (fields, message) => {
  using tree = fileTree();
  expect(() => execCall(tree, fields)).toThrow(message);
});

test("keyExec() refuses inputs that cannot be read, by name", async () => {
  using tree = fill(fileTree());
  await expect(execKey(tree, { input_files: ["none"] })).rejects.toThrow('Cannot read "none": it is not there');
  await expect(execKey(tree, { input_files: ["sub"] })).rejects.toThrow('Cannot read "sub": it is no regular file');
  await expect(execKey(tree, { tool: tree.at("none") })).rejects.toThrow("it is not there");
});

test.each([
  ["/w/", "/w"],
  ["/w/.", "/w"],
  ["/w//a/./", "/w/a"],
  ["/", "/"],
  ["/w/..", "/w/.."],
])("readExecCall() takes the directory %j for %j", (cwd, expected) => {
  using tree = fileTree();
  expect(execCall(tree, { cwd }).cwd).toBe(expected);
});
