import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { findDestination } from "../../../src/deliver/destination.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("findDestination()", () => {
  test("takes a free name, a plain file, and what a symbolic link leads to", () => {
    using tree = fileTree({ "a.o": "old", "d/x": "" });
    symlinkSync("a.o", tree.at("link"));
    symlinkSync("../d/new.o", tree.at("d/dangling"));
    symlinkSync(tree.at("link"), tree.at("chain"));
    const device = statSync(tree.path).dev;
    const found = ["new.o", "a.o", "link", "chain", "d/dangling"].map((name) => findDestination(tree.at(name)));
    expect(found).toEqual(
      ["new.o", "a.o", "a.o", "a.o", "d/../d/new.o"].map((name) => ({
        kind: "destination",
        path: `${tree.path}/${name}`,
        device,
      })),
    );
  });

  test.each([
    ["X8: a fifo", "fifo", "no regular file"],
    ["X8: /dev/null", "/dev/null", "no regular file"],
    ["a directory", "d", "no regular file"],
    ["X8: a file with another hard link", "linked", "hard links"],
    ["X8: a read-only file", "locked", "read-only"],
    ["a loop of symbolic links", "loop", "too many symbolic links"],
    ["a directory that is not there", "none/a.o", "none/a.o"],
    ["a file in the place of a directory", "linked/a.o", "ENOTDIR"],
  ])("refuses %s", (_, name, detail) => {
    using tree = fileTree({ linked: "", locked: "", "d/x": "" });
    spawnSync("mkfifo", [tree.at("fifo")]);
    linkSync(tree.at("linked"), tree.at("other"));
    chmodSync(tree.at("locked"), 0o444);
    symlinkSync("loop", tree.at("loop"));
    mkdirSync(tree.at("e"));
    const found = findDestination(name.startsWith("/") ? name : tree.at(name));
    expect(found).toMatchObject({ kind: "refused", reason: "output-kind", detail: expect.stringContaining(detail) });
  });
});
