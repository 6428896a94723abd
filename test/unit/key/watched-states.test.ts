import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createFileStates } from "../../../src/key/file-states.ts";
import { watchStates } from "../../../src/key/watched-states.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("watchStates()", () => {
  test("tells since when a state has held, until something happens", async () => {
    using tree = fileTree({ "a.h": "1" });
    const path = tree.at("a.h");
    const files = watchStates(createFileStates(), openWatch([tmpdir()]));
    expect(files.heldSince(path, "content")).toBeUndefined();
    const before = performance.now();
    await files.states([{ path, aspect: "content" }]);
    const since = files.heldSince(path, "content");
    expect(since).toBeGreaterThan(before);
    await files.states([{ path, aspect: "content" }]);
    expect(files.heldSince(path, "content")).toBe(since);
    writeFileSync(path, "2");
    await files.states([]);
    expect(files.heldSince(path, "content")).toBeUndefined();
    files.state(path, "content");
    expect(files.heldSince(path, "content")).toBeGreaterThan(since ?? Number.POSITIVE_INFINITY);
  });
  test("does not tell it of what can't be followed", () => {
    const files = watchStates(createFileStates(), openWatch([tmpdir()]));
    files.state("/proc/self/stat", "presence");
    expect(files.heldSince("/proc/self/stat", "presence")).toBeUndefined();
  });
});
