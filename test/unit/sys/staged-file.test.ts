import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { StagedFile } from "../../../src/sys/staged-file.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("StagedFile", () => {
  test("publish() replaces the target and leaves nothing else", () => {
    using tree = fileTree({ "a.o": "old" });
    {
      using staged = new StagedFile(tree.at("a.o"));
      writeFileSync(staged.path, "new");
      staged.publish();
    }
    expect(readdirSync(tree.path)).toEqual(["a.o"]);
    expect(tree.read("a.o").toString()).toBe("new");
  });

  test("unpublished, it is removed at the end of its scope and the target stays", () => {
    using tree = fileTree({ "a.o": "old" });
    {
      using staged = new StagedFile(tree.at("a.o"));
      writeFileSync(staged.path, "new");
    }
    expect(readdirSync(tree.path)).toEqual(["a.o"]);
    expect(tree.read("a.o").toString()).toBe("old");
  });

  test("publish() throws the system's error where the target is a directory, which stays", () => {
    using tree = fileTree({});
    mkdirSync(tree.at("a.o"));
    using staged = new StagedFile(tree.at("a.o"));
    writeFileSync(staged.path, "new");
    expect(() => staged.publish()).toThrow(/EISDIR|EPERM/);
    expect(existsSync(tree.at("a.o"))).toBeTrue();
  });

  test("is named beside its target and never alike twice", () => {
    const paths = Array.from({ length: 100 }, () => new StagedFile("/x/y/a.o").path);
    expect(new Set(paths).size).toBe(100);
    expect(paths.every((path) => path.startsWith("/x/y/.zccache-"))).toBeTrue();
  });
});
