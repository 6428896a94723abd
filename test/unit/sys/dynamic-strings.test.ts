import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dynamicStrings } from "../../../src/sys/dynamic-strings.ts";
import { fileTree } from "../../support/file-tree.ts";

test("dynamicStrings() has names that are imported and exported, and no others", () => {
  using tree = fileTree({
    "a.c": "extern int imported; static int hidden; int exported(void) { return imported + hidden++; }",
  });
  expect(spawnSync("gcc", ["-g", "-shared", "-fPIC", "-o", tree.at("a.so"), tree.at("a.c")]).status).toBe(0);
  const names = dynamicStrings(tree.at("a.so"))?.toString("latin1").split("\0");
  expect(names).toContain("imported");
  expect(names).toContain("exported");
  expect(names).not.toContain("hidden");
});

test("dynamicStrings() is undefined for what has no such table", () => {
  using tree = fileTree({ "text.so": "GROUP ( libc.so.6 )\n".repeat(9), empty: "", "dir/x": "", "a.c": "int a;" });
  expect(spawnSync("gcc", ["-c", "-o", tree.at("a.o"), tree.at("a.c")]).status).toBe(0);
  expect(spawnSync("gcc", ["-shared", "-o", tree.at("a.so"), tree.at("a.o")]).status).toBe(0);
  const whole = readFileSync(tree.at("a.so"));
  writeFileSync(tree.at("cut.so"), whole.subarray(0, whole.length - 1));
  writeFileSync(tree.at("beginning.so"), whole.subarray(0, 63));
  for (const name of ["text.so", "empty", "dir", "none", "a.o", "cut.so", "beginning.so"])
    expect([name, dynamicStrings(tree.at(name))]).toEqual([name, undefined]);
  expect(dynamicStrings(tree.at("a.so"))).toBeDefined();
});
