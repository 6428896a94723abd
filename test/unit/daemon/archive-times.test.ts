import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { holdsTimes } from "../../../src/daemon/archive-times.ts";
import { fileTree } from "../../support/file-tree.ts";

test("holdsTimes() tells archives with dates and owners from those without, whatever is in them", () => {
  using tree = fileTree({ "a_rather_long_name_of_a_member.o": "odd", "b.o": "even", text: "!<arch>\n" });
  const make = (letters: string, archive: string): boolean => {
    const { status } = spawnSync("ar", [letters, archive, "a_rather_long_name_of_a_member.o", "b.o"], {
      cwd: tree.path,
    });
    expect(status).toBe(0);
    return holdsTimes(tree.at(archive));
  };
  expect([make("rcD", "d.a"), make("rcU", "u.a"), make("rcDT", "thin.a"), make("rcUT", "thin-u.a")]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  // One dated member behind others is enough.
  spawnSync("ar", ["qU", "d.a", "b.o"], { cwd: tree.path });
  expect(holdsTimes(tree.at("d.a"))).toBe(true);
  expect([holdsTimes(tree.at("text")), holdsTimes(tree.at("b.o"))]).toEqual([false, false]);
});
