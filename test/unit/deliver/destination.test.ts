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
        isNew: name !== "a.o",
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

  test("what some versions rename and others write over goes where that is the same", () => {
    using tree = fileTree({ "a.pcm": "old", "private.pcm": "old", "x.pcm": "old", "x.d": "old" });
    const modes = { "a.pcm": 0o640, "private.pcm": 0o600, "x.pcm": 0o750, "x.d": 0o600 };
    for (const [name, mode] of Object.entries(modes)) chmodSync(tree.at(name), mode);
    symlinkSync("a.pcm", tree.at("link.pcm"));
    symlinkSync("none", tree.at("dangling.pcm"));
    const manner = { renamed: /\.s$/, writtenEitherWay: /\.pcm$/, umask: 0o027 };
    for (const role of ["direct", "side"] as const) {
      const find = (name: string): unknown => findDestination(tree.at(name), role, manner);
      expect(find("a.pcm")).toMatchObject({ kind: "destination", inPlace: true });
      expect(find("new.pcm")).toMatchObject({ kind: "destination", inPlace: false });
      expect(find("x.d")).toMatchObject({ kind: "destination" });
      for (const name of ["private.pcm", "x.pcm", "link.pcm", "dangling.pcm"])
        expect(find(name)).toMatchObject({ reason: "output-kind" });
    }
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

  // What rustc 1.95 and 1.96 did: over an empty program or a link, each linker something else.
  test("what rustc makes takes the place of a file, though it has other links; depfiles and reports are written over", () => {
    const names = ["libx.rlib", "libx.rmeta", "libx.so", "libx.a", "x.dwp", "x.d"];
    using tree = fileTree(Object.fromEntries([...names, "prog"].map((name) => [name, "old"])));
    const find = (name: string, role: StoredRole): unknown => findDestination(tree.at(name), role, { unlinks: true });
    expect(find("x.d", "depfile")).toMatchObject({ inPlace: true });
    expect(find("x.dwp", "side")).toMatchObject({ inPlace: true });
    for (const name of [...names, "prog"]) linkSync(tree.at(name), tree.at(`${name}.linked`));
    expect(find("prog", "object")).toMatchObject({ kind: "destination", inPlace: false, isNew: false });
    for (const role of ["side", "cwd-side"] as const) {
      for (const name of names.slice(0, 4)) expect(find(name, role)).toMatchObject({ inPlace: false, isNew: false });
      for (const name of names.slice(4)) expect(find(name, role)).toMatchObject({ reason: "output-kind" });
    }
    expect(find("x.d", "depfile")).toMatchObject({ reason: "output-kind" });
    expect(find("none", "object")).toMatchObject({ kind: "destination", isNew: true });
  });

  test("what rustc makes: a file that is read-only or empty and a link are left to it", () => {
    using tree = fileTree({ "libx.rlib": "old", readonly: "old", "readonly.so": "old", empty: "", "empty.so": "" });
    for (const name of ["readonly", "readonly.so"]) chmodSync(tree.at(name), 0o444);
    for (const name of ["link", "link.so"]) symlinkSync("libx.rlib", tree.at(name));
    for (const name of ["dangling", "dangling.so"]) symlinkSync("none", tree.at(name));
    const find = (name: string, role: StoredRole): unknown => findDestination(tree.at(name), role, { unlinks: true });
    for (const name of ["readonly", "empty", "link", "dangling"]) {
      expect(find(name, "object")).toMatchObject({ reason: "output-kind" });
      expect(find(`${name}.so`, "side")).toMatchObject({ reason: "output-kind" });
    }
    expect(find("dangling", "depfile")).toMatchObject({ path: tree.at("none"), isNew: true });
    expect(find("link", "depfile")).toMatchObject({ path: tree.at("libx.rlib"), inPlace: true });
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
