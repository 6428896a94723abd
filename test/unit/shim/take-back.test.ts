import { expect, test } from "bun:test";
import { mkdirSync, readdirSync } from "node:fs";
import { takeBack } from "../../../src/shim/take-back.ts";
import { fileTree } from "../../support/file-tree.ts";

test("takeBack() removes both files, and what is not there is fine", () => {
  using tree = fileTree({ staged: "x", "l.a": "x", other: "" });
  for (let round = 0; round < 2; round++) takeBack({ staged: tree.at("staged"), place: tree.at("l.a") });
  takeBack({ staged: tree.at("staged"), place: tree.at("other/l.a") });
  expect(readdirSync(tree.path)).toEqual(["other"]);
});

test("takeBack() leaves the place where the staged file can't be removed, and says so", () => {
  using tree = fileTree({ "l.a": "x" });
  mkdirSync(tree.at("staged"));
  expect(() => takeBack({ staged: tree.at("staged"), place: tree.at("l.a") })).toThrow();
  expect(readdirSync(tree.path).sort()).toEqual(["l.a", "staged"]);
});
