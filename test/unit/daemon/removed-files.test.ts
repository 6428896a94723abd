import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { strangerAmongRemoved, withoutOwnFolders } from "../../../src/daemon/removed-files.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("withoutOwnFolders()", () => {
  test("leaves out looks at folders of the run's own behind links, once they are gone", () => {
    using tree = fileTree({ "real/kept/x": "" });
    symlinkSync("real", tree.at("link"));
    const looks = ["real/temporary", "real/kept", "other/temporary"].map((name) => {
      return { path: tree.at(name), aspect: "listing" as const, found: true };
    });
    const own = { folders: [tree.at("link/temporary"), tree.at("link/kept")], cwd: tree.path };
    expect(withoutOwnFolders(looks, own)).toEqual(looks.slice(1));
    const relative = [{ path: "real/temporary", aspect: "listing" as const, found: true }];
    expect(withoutOwnFolders(relative, own)).toEqual([]);
    expect(withoutOwnFolders(looks, { ...own, folders: [] })).toBe(looks);
  });
});

describe("strangerAmongRemoved()", () => {
  test("knows the run's own files behind links, though their directory is gone", () => {
    using tree = fileTree();
    mkdirSync(tree.at("real"));
    symlinkSync("real", tree.at("link"));
    const of = (removed: string, written: string) =>
      strangerAmongRemoved({ removed: [tree.at(removed)], written: [tree.at(written)] });
    expect(of("real/temporary/x", "link/temporary/x")).toBeUndefined();
    expect(of("real/x", "link/../real/x")).toBeUndefined();
    expect(of("real/other/x", "link/temporary/x")).toBe(tree.at("real/other/x"));
    expect(of("real/temporary/y", "link/temporary/x")).toBe(tree.at("real/temporary/y"));
  });
  test("takes nothing for removed that is there", () => {
    using tree = fileTree({ "real/x": "" });
    symlinkSync("real", tree.at("link"));
    const removed = [tree.at("real/x")];
    expect(strangerAmongRemoved({ removed, written: [tree.at("link/x")] })).toBe(tree.at("real/x"));
  });
  test("tells of none where none was removed", () => {
    expect(strangerAmongRemoved({ removed: [], written: ["/x"] })).toBeUndefined();
  });
});
