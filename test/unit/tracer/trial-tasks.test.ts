import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { tasksOf, writeSources } from "../../../src/tracer/trial-tasks.ts";
import { fileTree } from "../../support/file-tree.ts";

test.each([
  ["/usr/bin/x86_64-linux-gnu-gcc-12", "trial.c"],
  ["/usr/lib/llvm-14/bin/clang", "trial.c"],
  ["/opt/odd", "trial.c"],
  ["/usr/bin/x86_64-linux-gnu-ar", "data.bin"],
  ["/usr/bin/gcc-ar-12", "data.bin"],
  ["/usr/bin/x86_64-linux-gnu-ld.bfd", "libhere.a"],
  ["/usr/bin/ld.gold", "libhere.a"],
  ["/usr/bin/rustc", "trial.rs"],
  ["/usr/bin/tar", "trial.c"],
  ["/usr/bin/build", "trial.c"],
])("tasksOf(%p) begins with one that reads %p", (tool, reads) => {
  expect(tasksOf(tool).reads).toBe(reads);
});

test.each(["gcc", "ar", "ld", "rustc"])("writeSources() makes what the tasks of %s read", (tool) => {
  using tree = fileTree();
  writeSources(tree.path);
  const { reads } = tasksOf(tool);
  const place = reads === "libhere.a" ? "second/libhere.a" : reads;
  expect(readFileSync(tree.at(place)).length).toBeGreaterThan(3);
});
