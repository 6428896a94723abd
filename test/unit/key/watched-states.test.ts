import { describe, expect, test } from "bun:test";
import { linkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createFileStates } from "../../../src/key/file-states.ts";
import { beginReading, followAhead, putKnown, watchStates } from "../../../src/key/watched-states.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

describe("watchStates()", () => {
  test("tells since when a state has held, until something happens", async () => {
    using tree = fileTree({ "a.h": "1" });
    const path = tree.at("a.h");
    const files = watchStates(createFileStates(), openWatch([tmpdir()]));
    expect(files.heldSince({ path, aspect: "content" })).toBeUndefined();
    const before = performance.now();
    await files.states([{ path, aspect: "content" }]);
    const since = files.heldSince({ path, aspect: "content" });
    expect(since).toBeGreaterThan(before);
    await files.states([{ path, aspect: "content" }]);
    expect(files.heldSince({ path, aspect: "content" })).toBe(since);
    writeFileSync(path, "2");
    await files.states([]);
    expect(files.heldSince({ path, aspect: "content" })).toBeUndefined();
    files.state(path, "content");
    expect(files.heldSince({ path, aspect: "content" })).toBeGreaterThan(since ?? Number.POSITIVE_INFINITY);
  });
  test("remembers which file a path leads to, until something happens to it", () => {
    using tree = fileTree({ "a.h": "1", "b.h": "2" });
    const [path, other] = [tree.at("a.h"), tree.at("b.h")];
    let looks = 0;
    const disk = createFileStates();
    const identity: typeof disk.identity = (...asked) => {
      looks++;
      return disk.identity(...asked);
    };
    const files = watchStates({ ...disk, identity }, openWatch([tmpdir()]));
    const identities = () => [path, other].map((name) => files.identity({ path: name, aspect: "content" }));
    const unknown = identities();
    for (const name of [path, other]) files.state(name, "content");
    expect([identities(), identities()]).toEqual([unknown, unknown]);
    expect(looks).toBe(4);
    renameSync(other, path);
    files.state(path, "content");
    expect(identities()).toEqual([unknown[1], undefined]);
  });
  test("a recent state is as fresh as the last look", () => {
    using tree = fileTree({});
    const path = tree.at("a.h");
    const files = watchStates(createFileStates(), openWatch([tmpdir()]));
    expect(files.recentState(path, "presence")).toBe("A");
    writeFileSync(path, "");
    expect(files.recentState(path, "presence")).toBe("A");
    files.state("/", "presence");
    expect(files.recentState(path, "presence")).toBe("P");
  });
  test("does not tell it of what can't be followed", () => {
    const files = watchStates(createFileStates(), openWatch([tmpdir()]));
    files.state("/proc/self/stat", "presence");
    expect(files.heldSince({ path: "/proc/self/stat", aspect: "presence" })).toBeUndefined();
  });
});

describe("followAhead()", () => {
  test("knows a state before it is asked for, until something happens to the path", () => {
    using tree = fileTree({ "a.h": "1" });
    const path = tree.at("a.h");
    const [disk, watch] = [createFileStates(), openWatch([tmpdir()])];
    followAhead({ path, aspect: "presence" }, 3, { files: disk, watch });
    const mark = watch.known(path, "presence");
    expect([mark?.state, mark?.idleLives]).toEqual(["P", 3]);
    const files = watchStates({ ...disk, recentState: () => "looked at", state: () => "looked at" }, watch);
    expect([files.state(path, "presence"), mark?.idleLives]).toEqual(["P", 0]);
    rmSync(path);
    expect(files.state(path, "presence")).toBe("looked at");
  });

  test("leaves alone what was asked for, and what can't be followed", () => {
    using tree = fileTree({ "a.h": "1" });
    const path = tree.at("a.h");
    const [disk, watch] = [createFileStates(), openWatch([tmpdir()])];
    watchStates(disk, watch).state(path, "presence");
    const files = { ...disk, recentState: () => "looked at again" };
    for (const asked of [path, "/proc/self/stat"])
      followAhead({ path: asked, aspect: "presence" }, 3, { files, watch });
    const mark = watch.known(path, "presence");
    expect([mark?.state, mark?.idleLives, watch.known("/proc/self/stat", "presence")]).toEqual(["P", 0, undefined]);
  });
});

describe("putKnown()", () => {
  const STATE = "Fknown";
  /** What is told of a file's content after it got its name. */
  function stateAfter(tree: TemporaryTree, change: (put: () => void) => void, known = false): string {
    const [staged, place] = [tree.at("d/.staged"), tree.at("d/a.rlib")];
    const [disk, watch] = [createFileStates(), openWatch([tmpdir()])];
    const files = watchStates({ ...disk, recentState: () => "looked at", state: () => "looked at" }, watch);
    if (known) files.state(place, "content");
    putKnown(watch, { staged, place, state: STATE }, () => change(() => renameSync(staged, place)));
    return files.state(place, "content");
  }

  test.each([
    ["where nothing was", {}, false],
    ["where nothing was that was looked for", {}, true],
    ["in the place of a file", { "d/a.rlib": "old" }, false],
    ["in the place of a file that was looked at", { "d/a.rlib": "old" }, true],
  ])("knows a file %s", (_, files, known) => {
    using tree = fileTree({ "d/.staged": "1", ...files });
    expect(stateAfter(tree, (put) => put(), known)).toBe(STATE);
  });

  test.each([
    [true, STATE],
    [false, "looked at"],
  ])("asks of a file that others know whether it was left alone until it is watched (%p)", (isUnwritten, state) => {
    using tree = fileTree({ "d/.staged": "1" });
    const [staged, place] = [tree.at("d/.staged"), tree.at("d/a.rlib")];
    const [disk, watch] = [createFileStates(), openWatch([tmpdir()])];
    const files = watchStates({ ...disk, state: () => "looked at" }, watch);
    const asked = () => {
      // It is watched by now: what is done after this answer shows as well.
      expect(watch.report().watches).toBeGreaterThan(0);
      return isUnwritten;
    };
    putKnown(watch, { staged, place, state: STATE, isUnwritten: asked }, () => renameSync(staged, place));
    expect(files.state(place, "content")).toBe(state);
  });

  test.each<[string, (tree: TemporaryTree, put: () => void) => void]>([
    [
      "was written to before it had its name",
      (tree, put) => {
        writeFileSync(tree.at("d/.staged"), "2");
        put();
      },
    ],
    [
      "was written to as soon as it had its name",
      (tree, put) => {
        put();
        writeFileSync(tree.at("d/a.rlib"), "2");
      },
    ],
    [
      "was exchanged at once",
      (tree, put) => {
        put();
        renameSync(tree.at("other"), tree.at("d/a.rlib"));
      },
    ],
    [
      "is in the place of another link to itself",
      (tree, put) => {
        linkSync(tree.at("d/.staged"), tree.at("x"));
        put();
      },
    ],
    ["got no name", () => {}],
  ])("looks at a file that %s", (_, change) => {
    for (const known of [false, true]) {
      using tree = fileTree({ "d/.staged": "1", "d/a.rlib": "old", other: "3" });
      expect(stateAfter(tree, (put) => change(tree, put), known)).toBe("looked at");
    }
  });

  test("looks again when it is changed later, and leaves no watch on what got no name", () => {
    using tree = fileTree({ "d/.staged": "1" });
    const [staged, place] = [tree.at("d/.staged"), tree.at("d/a.rlib")];
    const watch = openWatch([tmpdir()]);
    expect(() => putKnown(watch, { staged, place, state: STATE }, () => rmSync(tree.at("none")))).toThrow("ENOENT");
    expect(watch.report().watches).toBe(0);
    putKnown(watch, { staged, place, state: STATE }, () => renameSync(staged, place));
    const files = watchStates(
      { ...createFileStates(), recentState: () => "looked at", state: () => "looked at" },
      watch,
    );
    expect(files.state(place, "content")).toBe(STATE);
    writeFileSync(place, "2");
    expect(files.state(place, "content")).toBe("looked at");
  });
});

describe("beginReading()", () => {
  /** What is told of a file that was read, when this has been done between the reading's begin and the end. */
  function stateAfter(tree: TemporaryTree, change: () => void, path = tree.at("d/a.rlib")): string {
    const watch = openWatch([tmpdir()]);
    const files = watchStates({ ...createFileStates(), state: () => "looked at" }, watch);
    files.state(path, "content");
    rmSync(tree.at("d/a.rlib"));
    renameSync(tree.at("new"), tree.at("d/a.rlib"));
    {
      using reading = beginReading(watch, path);
      change();
      reading?.known("Fread");
    }
    return files.state(path, "content");
  }
  const FILES = { "d/a.rlib": "1", new: "2", other: "3" };

  test("knows a file by what was read, until it is changed", () => {
    using tree = fileTree(FILES);
    expect(stateAfter(tree, () => {})).toBe("Fread");
    using again = fileTree(FILES);
    const watch = openWatch([tmpdir()]);
    const files = watchStates({ ...createFileStates(), state: () => "looked at" }, watch);
    {
      using reading = beginReading(watch, again.at("other"));
      reading?.known("Fread");
    }
    expect(files.state(again.at("other"), "content")).toBe("Fread");
    writeFileSync(again.at("other"), "4");
    expect(files.state(again.at("other"), "content")).toBe("looked at");
  });

  test("knows a file that was watched and has just been rewritten where it is", () => {
    using tree = fileTree(FILES);
    const watch = openWatch([tmpdir()]);
    const files = watchStates({ ...createFileStates(), state: () => "looked at" }, watch);
    files.state(tree.at("other"), "content");
    writeFileSync(tree.at("other"), "4");
    {
      using reading = beginReading(watch, tree.at("other"));
      reading?.known("Fread");
    }
    expect(files.state(tree.at("other"), "content")).toBe("Fread");
  });

  test.each<[string, (tree: TemporaryTree) => void]>([
    ["was written to", (tree) => writeFileSync(tree.at("d/a.rlib"), "3")],
    ["was replaced", (tree) => renameSync(tree.at("other"), tree.at("d/a.rlib"))],
    ["is gone", (tree) => rmSync(tree.at("d/a.rlib"))],
    ["is in another directory of that name", (tree) => replaceDirectory(tree)],
  ])("looks at a file that %s meanwhile", (_, change) => {
    using tree = fileTree(FILES);
    expect(stateAfter(tree, () => change(tree))).toBe("looked at");
  });

  test("looks at what a link leads to", () => {
    using tree = fileTree(FILES);
    symlinkSync("d/a.rlib", tree.at("link"));
    expect(stateAfter(tree, () => {}, tree.at("link"))).toBe("looked at");
  });

  test("leaves no watch where nothing came to be known, and needs none", () => {
    using tree = fileTree(FILES);
    const watch = openWatch([tmpdir()]);
    beginReading(watch, tree.at("other"))?.[Symbol.dispose]();
    expect(watch.report().watches).toBe(0);
    expect(beginReading(watch, tree.at("none"))).toBeUndefined();
  });
});

function replaceDirectory(tree: TemporaryTree): void {
  renameSync(tree.at("d"), tree.at("old"));
  tree.write({ "d/a.rlib": "3" });
}
