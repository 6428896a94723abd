import { describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import type { Aspect } from "../../../src/core/observation.ts";
import { digestFile, type FileReading } from "../../../src/key/digest-file.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { KnownContents } from "../../../src/key/known-contents.ts";
import { fileTree } from "../../support/file-tree.ts";

const HOUR_NS = 3_600_000_000_000n;

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}

/** A clock an hour ahead: every file looks old, so that contents are remembered at once. */
function later(): bigint {
  return BigInt(Date.now()) * 1_000_000n + HOUR_NS;
}

describe("FileStates.state()", () => {
  test("gives the states of core/entry.ts for each aspect", () => {
    using tree = fileTree({ "a.h": "text", "d/x": "" });
    symlinkSync("a.h", tree.at("l"));
    const files = createFileStates();
    const state = (name: string, aspect: Aspect): string => files.state(tree.at(name), aspect);
    expect(state("a.h", "content")).toBe(`F${sha256("text")}`);
    expect(state("l", "content")).toBe(`F${sha256("text")}`);
    expect(state("l", "link")).toBe("La.h");
    expect(state("l", "presence")).toBe("P");
    expect(state("a.h", "link")).toBe("P");
    expect(state("a.h", "listing")).toBe("P");
    utimesSync(tree.at("a.h"), 1, 2);
    expect(state("a.h", "stamp")).toBe("T4@2000000000");
    expect(state("l", "stamp")).toBe("T4@2000000000");
    expect(state("d", "stamp")).toBe("D");
    expect(state("none", "stamp")).toBe("A");
    expect(state("d", "content")).toBe("D");
    expect(state("d", "listing")).toBe(`S${sha256("x")}`);
    expect(state("none", "presence")).toBe("A");
    expect(state("a.h/none", "content")).toBe("A");
    expect(files.state("/dev/null", "content")).toBe("O");
    expect(state("x".repeat(300), "content")).toBe("ENAMETOOLONG");
  });

  test("tells directories that are one from those that are two", () => {
    using tree = fileTree({ "d/x": "", "e/x": "" });
    symlinkSync("d", tree.at("l"));
    const state = (name: string): string => createFileStates().state(`${tree.path}/${name}`, "presence");
    expect(["d", "e/", "./e/../d"].map(state)).toEqual(["D", "D", "D"]);
    expect(["l", "l/../l"].map(state)).toEqual([`D${tree.at("d")}`, `D${tree.at("d")}`]);
  });

  test("notices every kind of edit of a remembered file", () => {
    using tree = fileTree({ "a.h": "one", "b.h": "two" });
    const files = createFileStates({ now: later });
    const path = tree.at("a.h");
    expect(files.state(path, "content")).toBe(`F${sha256("one")}`);
    expect(files.size).toBe(1);
    writeFileSync(path, "1st");
    expect(files.state(path, "content")).toBe(`F${sha256("1st")}`);
    renameSync(tree.at("b.h"), path);
    expect(files.state(path, "content")).toBe(`F${sha256("two")}`);
    rmSync(path);
    expect(files.state(path, "content")).toBe("A");
    mkdirSync(path);
    expect(files.state(path, "content")).toBe("D");
  });

  test("answers from memory only while the stamp is the same", async () => {
    using tree = fileTree({ "a.h": "one" });
    let hashed = 0;
    const hashFiles = async (paths: readonly string[]): Promise<FileReading[]> => {
      hashed += paths.length;
      return paths.map(digestFile);
    };
    const contents = new KnownContents();
    const files = createFileStates({ now: later, hashFiles, contents });
    const items = Array.from({ length: 200 }, (_, i) => ({ path: tree.at(`${i}.h`), aspect: "content" as const }));
    for (const { path } of items) writeFileSync(path, path);
    const first = await files.states(items);
    expect(hashed).toBe(200);
    expect(await files.states(items)).toEqual(first);
    expect(hashed).toBe(200);
    for (const { path } of items) contents.delete(path);
    await files.states(items);
    expect(hashed).toBe(400);
  });

  test("T1: 500 rewrites of the same size within one clock tick each never give an older content", () => {
    using tree = fileTree({ "a.h": "" });
    const files = createFileStates();
    const path = tree.at("a.h");
    for (let i = 0; i < 500; i++) {
      const text = String(i).padStart(8, "0");
      writeFileSync(path, text);
      expect(files.state(path, "content")).toBe(`F${sha256(text)}`);
    }
    expect(files.size).toBe(0);
  });

  test("T2: same-size edits with mtime put back are seen", () => {
    using tree = fileTree({ "a.h": "0000" });
    const files = createFileStates({ now: later });
    const path = tree.at("a.h");
    for (let i = 0; i < 50; i++) {
      const text = String(i).padStart(4, "0");
      writeFileSync(path, text);
      utimesSync(path, 1_000_000, 1_000_000);
      expect(files.state(path, "content")).toBe(`F${sha256(text)}`);
      expect(statSync(path).mtimeMs).toBe(1_000_000_000);
    }
  });

  test("T3: a file renamed over another of equal mtime and size is seen", () => {
    using tree = fileTree({ "a.h": "aaaa" });
    const files = createFileStates({ now: later });
    utimesSync(tree.at("a.h"), 1_000_000, 1_000_000);
    expect(files.state(tree.at("a.h"), "content")).toBe(`F${sha256("aaaa")}`);
    writeFileSync(tree.at("b.h"), "bbbb");
    utimesSync(tree.at("b.h"), 1_000_000, 1_000_000);
    renameSync(tree.at("b.h"), tree.at("a.h"));
    expect(files.state(tree.at("a.h"), "content")).toBe(`F${sha256("bbbb")}`);
  });

  test("a listing changes with the names in the directory, not with their contents", () => {
    using tree = fileTree({ "d/a": "1", "d/b": "1" });
    const files = createFileStates({ now: later });
    const before = files.state(tree.at("d"), "listing");
    writeFileSync(tree.at("d/a"), "2");
    expect(files.state(tree.at("d"), "listing")).toBe(before);
    writeFileSync(tree.at("d/c"), "");
    expect(files.state(tree.at("d"), "listing")).not.toBe(before);
    rmSync(tree.at("d/c"));
    expect(files.state(tree.at("d"), "listing")).toBe(before);
  });

  test("M7: content on a file system that makes its times up is never remembered", () => {
    const files = createFileStates({ now: later });
    expect(files.state("/proc/self/cmdline", "content")).toStartWith("F");
    expect(files.size).toBe(0);
  });
});

describe("FileStates.states()", () => {
  test("hashes a file again that changes while a worker hashes it", async () => {
    using tree = fileTree({ "big.h": "x".repeat(2_000_000) });
    const path = tree.at("big.h");
    const hashFiles = async (paths: readonly string[]): Promise<FileReading[]> => {
      const outcomes = paths.map(digestFile);
      writeFileSync(path, "changed");
      return outcomes;
    };
    const files = createFileStates({ now: later, hashFiles });
    expect(await files.states([{ path, aspect: "content" }])).toEqual([`F${sha256("changed")}`]);
  });

  test("a file that never keeps still is E-busy, which matches nothing", () => {
    using tree = fileTree({ "busy.h": "0" });
    let edits = 0;
    const now = (): bigint => {
      writeFileSync(tree.at("busy.h"), String(edits++));
      return 0n;
    };
    expect(createFileStates({ now }).state(tree.at("busy.h"), "content")).toBe("E-busy");
    expect(edits).toBe(3);
  });

  test("hashes here when the workers fail", async () => {
    using tree = fileTree({ "big.h": "x".repeat(2_000_000) });
    const files = createFileStates({ hashFiles: () => Promise.reject(new Error("no worker")) });
    expect(await files.states([{ path: tree.at("big.h"), aspect: "content" }])).toEqual([
      `F${sha256("x".repeat(2_000_000))}`,
    ]);
  });
});

describe("FileStates.states(), asked twice at once,", () => {
  /** Asks for one large file and a small one each, twice; `during` is done when a worker has read for the first. */
  async function askTwice(now: () => bigint, during: (path: string) => void = () => {}) {
    using tree = fileTree({ "big.h": "x".repeat(2_000_000), "1.h": "1", "2.h": "2" });
    const read: string[] = [];
    const hashFiles = async (paths: readonly string[]): Promise<FileReading[]> => {
      const readings = paths.map(digestFile);
      const isFirst = read.length === 0;
      read.push(...paths.map((path) => path.slice(path.lastIndexOf("/") + 1)));
      await Bun.sleep(isFirst ? 20 : 0);
      if (isFirst) during(tree.at("big.h"));
      return readings;
    };
    const files = createFileStates({ now, hashFiles });
    const ask = (small: string) =>
      files.states(["big.h", small].map((name) => ({ path: tree.at(name), aspect: "content" })));
    const states = await Promise.all([ask("1.h"), ask("2.h")]);
    return { states, read };
  }
  const statesOf = (big: string): [string[], string[]] => [
    [`F${sha256(big)}`, `F${sha256("1")}`],
    [`F${sha256(big)}`, `F${sha256("2")}`],
  ];

  test("reads a large file once, and what is small without waiting", async () => {
    const { states, read } = await askTwice(later);
    expect(states).toEqual(statesOf("x".repeat(2_000_000)));
    expect(read).toEqual(["big.h", "1.h", "2.h"]);
  });

  test("reads it once more where what the other has read may be older than the question", async () => {
    const { states, read } = await askTwice(() => 0n);
    expect(states).toEqual(statesOf("x".repeat(2_000_000)));
    expect(read).toEqual(["big.h", "1.h", "2.h", "big.h"]);
  });

  test("gives the second one what is there when the first one is done", async () => {
    const { states } = await askTwice(later, (path) => writeFileSync(path, "changed"));
    expect(states).toEqual(statesOf("changed"));
  });

  test("fails for none of them with a worker", async () => {
    using tree = fileTree({ "big.h": "x".repeat(2_000_000) });
    const files = createFileStates({ now: later, hashFiles: () => Promise.reject(new Error("no worker")) });
    const ask = () => files.states([{ path: tree.at("big.h"), aspect: "content" }]);
    const state = `F${sha256("x".repeat(2_000_000))}`;
    expect(await Promise.all([ask(), ask()])).toEqual([[state], [state]]);
  });
});

describe("FileStates.stamp()", () => {
  test("is the stamp of what is there, else undefined", () => {
    using tree = fileTree({ "a.h": "a" });
    const files = createFileStates();
    expect(files.stamp(tree.at("a.h"), "content")?.size).toBe(1n);
    expect(files.stamp(tree.at("none"), "content")).toBeUndefined();
  });
});

test("FileStates.state() relies on no stamp of a mount that is gone: another file system may have the same ones", () => {
  using tree = fileTree({ "a.h": "old" });
  const path = tree.at("a.h");
  const contents = new KnownContents();
  const asked: string[] = [];
  const forgetUnmounted = () => {
    asked.push("forget");
    contents.delete(path);
  };
  let changed = false;
  const files = createFileStates({
    now: later,
    contents: Object.assign(contents, { forgetUnmounted }),
    mountsChanged: () => changed,
  });
  files.state(path, "content");
  expect([contents.size, asked]).toEqual([1, []]);
  changed = true;
  // Noticed before the look, and again after it: what was read on a mount that is gone is not remembered.
  expect(files.state(path, "content")).toBe(`F${sha256("old")}`);
  expect([contents.size, asked]).toEqual([0, ["forget", "forget"]]);
  changed = false;
  files.state(path, "content");
  expect([contents.size, asked.length]).toEqual([1, 2]);
});

/** States of one large file that a worker reads while mounts change: `during` is done meanwhile, with the path. */
async function readDuringMounts(during: (path: string, contents: KnownContents) => FileReading | undefined) {
  const tree = fileTree({ "big.h": "x".repeat(2_000_000) });
  const contents = new KnownContents();
  let changed = false;
  const hashFiles = async (paths: readonly string[]): Promise<FileReading[]> => {
    changed = true;
    return paths.map((path) => during(path, contents) ?? digestFile(path));
  };
  const files = createFileStates({ now: later, hashFiles, contents, mountsChanged: () => changed });
  const states = await files.states([{ path: tree.at("big.h"), aspect: "content" }]);
  tree[Symbol.dispose]();
  return { states, size: files.size };
}

describe("FileStates.states(), while mounts change,", () => {
  const read = [`F${sha256("x".repeat(2_000_000))}`];

  test("remembers what workers read of a file whose own mount stays", async () => {
    expect(await readDuringMounts(() => undefined)).toEqual({ states: read, size: 1 });
  });

  test("does not remember what they read on a mount that was lost meanwhile, though it is there again", async () => {
    const lose = (path: string, contents: KnownContents) => {
      const found = contents.scopeOf(path, statSync(path, { bigint: true }).dev);
      contents.scopeOf = () => (found === undefined ? undefined : { ...found });
      return undefined;
    };
    expect(await readDuringMounts(lose)).toEqual({ states: read, size: 0 });
  });

  test("takes no reading of another file that the path led to for a moment", async () => {
    const other = (path: string): FileReading => ({ ...digestFile("/dev/null"), outcome: sha256(path) });
    expect((await readDuringMounts(other)).states).toEqual(read);
  });
});
