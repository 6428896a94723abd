import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { addLine, openLines } from "../../../../src/daemon/library/journal.ts";
import { fileTree } from "../../../support/file-tree.ts";

test("openLines() refuses what cannot be written; addLine() never fails", () => {
  using tree = fileTree({ "j.jsonl": "first\n" });
  openLines("journal", tree.at("j.jsonl"));
  addLine(tree.at("j.jsonl"), "second");
  expect(readFileSync(tree.at("j.jsonl"), "utf8")).toBe("first\nsecond\n");
  const missing = tree.at("nowhere/j.jsonl");
  expect(() => openLines("journal", missing)).toThrow(`Cannot write the journal "${missing}": ENOENT`);
  addLine(missing, "lost");
});
