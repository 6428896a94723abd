import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import type { Look } from "../../../src/core/observation.ts";
import { programsCondition, programsFit } from "../../../src/key/programs.ts";
import { ToolSearches } from "../../../src/key/tool-search.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { fileTree } from "../../support/file-tree.ts";

const searches = new ToolSearches(identifySelf());

const tools = () => {
  const tree = fileTree({ "a/ld": "", "b/as": "", "b/ld": "", "c/x": "", "d/as": "" });
  for (const name of ["a/ld", "b/as", "b/ld", "d/as"]) chmodSync(tree.at(name), 0o755);
  const search = (...directories: string[]) => ({
    environment: new Map([["PATH", directories.map((name) => tree.at(name)).join(":")]]),
    cwd: tree.path,
  });
  const look = (path: string, found = true): Look => ({ path: tree.at(path), aspect: "content", found });
  return { tree, search, look };
};

describe("programsFit()", () => {
  test("tells the same PATH, one that leads to the same programs, and one that does not", () => {
    const { tree, search, look } = tools();
    using _tree = tree;
    const condition = programsCondition([look("a/as", false), look("b/as"), look("c/x")], search("a", "b"), searches);
    const fit = (...directories: string[]) =>
      programsFit(condition ? [condition] : [], search(...directories), searches);
    expect(fit("a", "b")).toBe("same-path");
    // x was looked for elsewhere, and ld not at all.
    expect([fit("c", "b"), fit("b", "d"), fit("b")]).toEqual(["same-programs", "same-programs", "same-programs"]);
    expect([fit("d", "b"), fit("a"), fit()]).toEqual(["no", "no", "no"]);
    tree.write({ "c/as": "" });
    expect(fit("c", "b")).toBe("same-programs");
    chmodSync(tree.at("c/as"), 0o755);
    expect(fit("c", "b")).toBe("no");
  });
  test("holds a program that was found nowhere to be there nowhere", () => {
    const { tree, search, look } = tools();
    using _tree = tree;
    const condition = programsCondition([look("a/as", false)], search("a"), searches);
    const fit = (...directories: string[]) =>
      programsFit(condition ? [condition] : [], search(...directories), searches);
    expect([fit("a", "c"), fit("a", "b")]).toEqual(["same-programs", "no"]);
  });
  test("has nothing to say where no program was looked for", () => {
    const { tree, search, look } = tools();
    using _tree = tree;
    expect(programsCondition([look("c/x"), look("a/sub/as")], search("a", "b"), searches)).toBeUndefined();
    expect(programsFit([], search("d"), searches)).toBe("same-path");
  });
  test.each([
    ["as", "b"],
    ["b/as", ""],
    ["b/as", undefined],
  ])("knows of %p, looked at in %p, as what it is from there", (path, cwd) => {
    const { tree, search } = tools();
    using _tree = tree;
    const place = { ...search("a", "b"), cwd: cwd === undefined ? "/" : tree.at(cwd).replace(/\/$/, "") };
    const look: Look = { path: cwd === undefined ? tree.at(path).slice(1) : path, aspect: "content", found: true };
    expect(programsCondition([look], place, searches)?.name).toBe("=programs/as");
    expect(programsCondition([{ ...look, path: `x/${look.path}` }], place, searches)).toBeUndefined();
  });
});
