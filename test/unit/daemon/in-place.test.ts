import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { archiver } from "../../../src/compilers/archiver.ts";
import { refusalInPlace } from "../../../src/daemon/in-place.ts";
import { fileTree } from "../../support/file-tree.ts";
import { cachedPlan } from "../compilers/link-plans.ts";

test("refusalInPlace() refuses what changes a file for good, and only if there is one", () => {
  using tree = fileTree({ "l.a": "old" });
  symlinkSync("nothing", tree.at("link.a"));
  const of = (line: string) => refusalInPlace(cachedPlan(archiver, line), tree.path);
  expect(of("qc l.a a.o")).toMatchObject({ reason: "output-in-place", detail: "l.a" });
  expect(of("qc link.a a.o")).toMatchObject({ reason: "output-in-place" });
  expect(of("qc l.a/x.a a.o")).toMatchObject({ reason: "output-in-place" });
  expect(of("qc none.a a.o")).toBeUndefined();
  expect(of("rcs l.a a.o")).toBeUndefined();
});
