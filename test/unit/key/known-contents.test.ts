import { describe, expect, test } from "bun:test";
import { type FileStamp, readStamp } from "../../../src/key/file-stamp.ts";
import { KnownContents } from "../../../src/key/known-contents.ts";
import { fileTree } from "../../support/file-tree.ts";

function stampOf(path: string): FileStamp {
  const stamp = readStamp(path, "content");
  if (stamp.kind === "absent" || stamp.kind === "unreadable") throw new Error(`there is no ${path}`);
  return stamp;
}

describe("KnownContents", () => {
  test("keeps what it read itself in the place of what an earlier daemon knew", () => {
    using tree = fileTree({ "a.h": "" });
    const [path, stamp] = [tree.at("a.h"), stampOf(tree.at("a.h"))];
    const contents = new KnownContents();
    contents.adopt(path, { known: { stamp, state: "Fold" }, idleLives: 3 });
    expect(contents.get(path)?.state).toBe("Fold");
    contents.set(path, { stamp, state: "Fnew" });
    contents.adopt(path, { known: { stamp, state: "Fold" }, idleLives: 3 });
    expect(contents.get(path)?.state).toBe("Fnew");
  });

  test("counts what nobody asks for as idle, and what is asked for not", () => {
    using tree = fileTree({ "a.h": "", "b.h": "" });
    const contents = new KnownContents();
    for (const name of ["a.h", "b.h"]) {
      const known = { stamp: stampOf(tree.at(name)), state: "F" };
      contents.adopt(tree.at(name), { known, idleLives: 3 });
    }
    contents.get(tree.at("a.h"));
    const idle = [...contents.entries()].map(([path, { idleLives }]) => [path, idleLives]);
    expect(idle.sort()).toEqual([
      [tree.at("a.h"), 0],
      [tree.at("b.h"), 3],
    ]);
  });

  test("names the devices of what it knows, but not one that is another by now", () => {
    using tree = fileTree({ "a.h": "", "b.h": "" });
    const stamp = stampOf(tree.at("a.h"));
    const contents = new KnownContents();
    contents.set(tree.at("a.h"), { stamp, state: "F" });
    contents.set(tree.at("b.h"), { stamp: { ...stamp, dev: stamp.dev + 12_345n }, state: "F" });
    expect(contents.lastingDevices().map(({ device }) => device)).toEqual([stamp.dev]);
  });
});

test("KnownContents.forgetUnmounted() keeps what is still mounted, and nothing else", () => {
  using tree = fileTree({ "a.h": "", "b.h": "" });
  const stamp = stampOf(tree.at("a.h"));
  const contents = new KnownContents();
  contents.set(tree.at("a.h"), { stamp, state: "F" });
  contents.set(tree.at("b.h"), { stamp: { ...stamp, dev: stamp.dev + 12_345n }, state: "F" });
  contents.forgetUnmounted();
  expect([...contents.entries()].map(([path]) => path)).toEqual([tree.at("a.h")]);
});
