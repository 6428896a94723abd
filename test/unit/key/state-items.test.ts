import { describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { createFileStates } from "../../../src/key/file-states.ts";
import { StateItems } from "../../../src/key/state-items.ts";
import { followItem, watchStates } from "../../../src/key/watched-states.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("StateItems.of()", () => {
  test("is one object for a path and an aspect, wherever an absolute path is asked for", () => {
    const items = new StateItems();
    const item = items.of("/usr/a.h", "content", "/w");
    expect(items.of("/usr/a.h".slice(0), "content", "/other")).toBe(item);
    expect(items.of("/usr/a.h", "presence", "/w")).not.toBe(item);
    expect(item).toMatchObject({ path: "/usr/a.h", aspect: "content", spelled: "/usr/a.h" });
  });
  test("tells relative paths of two directories apart, and from their absolute ones", () => {
    const items = new StateItems();
    const [one, two] = ["/one", "/two"].map((cwd) => items.of("a.h", "content", cwd));
    expect([one?.path, two?.path]).toEqual(["/one/a.h", "/two/a.h"]);
    expect(items.of("a.h", "content", "/two")).toBe(two as NonNullable<typeof two>);
    expect(items.of("/one/a.h", "content", "/one")).not.toBe(one as NonNullable<typeof one>);
  });
  test("forgets them before they are too many, and still gives the same paths", () => {
    const items = new StateItems(2);
    const first = items.of("/a", "content", "/");
    items.of("b", "content", "/w");
    expect(items.of("/a", "content", "/")).toBe(first);
    expect(items.of("/c", "link", "/").path).toBe("/c");
    expect(items.of("/a", "content", "/")).not.toBe(first);
    expect(items.of("b", "content", "/w").path).toBe("/w/b");
  });
});

test("an item that is kept is asked for anew after something happened to its path", async () => {
  using tree = fileTree({ "a.h": "1" });
  const watch = openWatch([tmpdir()]);
  const files = watchStates(createFileStates(), watch);
  const item = files.item("a.h", "content", tree.path);
  const [before] = await files.states([item]);
  expect(await files.states([item])).toEqual([before ?? "none"]);
  const since = files.heldSince(item);
  expect(since).toBeNumber();
  tree.write({ "a.h": "2" });
  watch.drain();
  expect(files.heldSince(item)).toBeUndefined();
  const [after] = await files.states([item]);
  expect(after).toMatch(/^F/);
  expect(after).not.toBe(before ?? "none");
  expect(followItem(watch, item)?.state).toBe(after ?? "none");
  expect(files.heldSince(item)).toBeGreaterThan(since ?? Number.POSITIVE_INFINITY);
  tree.write({ "a.h": "3" });
  watch.drain();
  expect(files.heldSince(item)).toBeUndefined();
});
