import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import type { StoredRole } from "../../../src/core/entry.ts";
import { findDestination } from "../../../src/deliver/destination.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("findDestination()", () => {
  test("takes a free name, a plain file, and the depfile or the free name that a symbolic link leads to", () => {
    using tree = fileTree({ "a.o": "old", "d/x": "" });
    symlinkSync("a.o", tree.at("link"));
    symlinkSync("../d/new.o", tree.at("d/dangling"));
    symlinkSync(tree.at("link"), tree.at("chain"));
    const device = statSync(tree.path).dev;
    const names = ["new.o", "a.o", "link", "chain", "d/dangling"];
    expect(names.map((name) => findDestination(tree.at(name), "depfile"))).toEqual(
      ["new.o", "a.o", "a.o", "a.o", "d/../d/new.o"].map((name) => ({
        kind: "destination",
        path: `${tree.path}/${name}`,
        device,
        inPlace: name === "a.o",
      })),
    );
  });

  test("X8: an object takes the place of a file, is written into an empty one, and refuses a link to a file", () => {
    using tree = fileTree({ "a.o": "old", empty: "" });
    symlinkSync("a.o", tree.at("link"));
    symlinkSync("empty", tree.at("link-to-empty"));
    const find = (name: string): unknown => findDestination(tree.at(name), "object");
    expect(find("a.o")).toMatchObject({ path: tree.at("a.o"), inPlace: false });
    expect(find("empty")).toMatchObject({ path: tree.at("empty"), inPlace: true });
    expect(find("link-to-empty")).toMatchObject({ path: tree.at("empty"), inPlace: true });
    expect(find("link")).toMatchObject({ kind: "refused", reason: "output-kind" });
  });

  test("X8: what the tool renames takes the place of any file and refuses any link; the rest is written in place", () => {
    using tree = fileTree({ "a.o": "old", empty: "", "a.s": "old", "a.dwo": "old" });
    symlinkSync("empty", tree.at("link"));
    symlinkSync("none", tree.at("dangling"));
    const renamed = /\.s$/;
    const find = (name: string, role: StoredRole): unknown => findDestination(tree.at(name), role, { renamed });
    expect(find("a.o", "object")).toMatchObject({ inPlace: false });
    expect(find("empty", "object")).toMatchObject({ inPlace: false });
    expect(find("none", "object")).toMatchObject({ inPlace: false });
    expect(find("a.s", "side")).toMatchObject({ inPlace: false });
    expect(find("a.s", "cwd-side")).toMatchObject({ inPlace: false });
    for (const role of ["direct", "depfile"] as const) expect(find("a.s", role)).toMatchObject({ inPlace: true });
    for (const name of ["a.o", "a.dwo", "empty"]) expect(find(name, "side")).toMatchObject({ inPlace: true });
    for (const name of ["link", "dangling"]) expect(find(name, "object")).toMatchObject({ reason: "output-kind" });
    expect(find("link", "depfile")).toMatchObject({ path: tree.at("empty"), inPlace: true });
  });

  test("what a linker makes takes the place of a file with content; over an empty one or a link the linker is asked", () => {
    using tree = fileTree({ prog: "old", empty: "" });
    symlinkSync("prog", tree.at("link"));
    symlinkSync("none", tree.at("dangling"));
    const find = (name: string, role: StoredRole): unknown => findDestination(tree.at(name), role, { link: true });
    expect(find("prog", "object")).toMatchObject({ inPlace: false });
    expect(find("none", "object")).toMatchObject({ inPlace: false });
    for (const name of ["empty", "link", "dangling"])
      expect(find(name, "object")).toMatchObject({ reason: "output-kind" });
    for (const role of ["direct", "side"] as const) expect(find("empty", role)).toMatchObject({ inPlace: true });
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
    const found = findDestination(name.startsWith("/") ? name : tree.at(name), "object");
    expect(found).toMatchObject({ kind: "refused", reason: "output-kind", detail: expect.stringContaining(detail) });
  });
});
