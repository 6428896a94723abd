import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { lookAtTree } from "../../../src/workers/look-at-tree.ts";
import { fileTree } from "../../support/file-tree.ts";

test("lookAtTree() names the directory behind links, so that its files are read there, whatever the links say later", () => {
  using tree = fileTree({ "one/a.rs": "1" });
  symlinkSync("one", tree.at("link"));
  const look = {
    root: `${tree.at("link")}/`,
    extensions: "",
    include: "",
    exclude: "",
    known: "",
    to: tree.at("found"),
  };
  expect(lookAtTree(look)).toEqual({ unread: "a.rs", root: tree.at("one") });
});
