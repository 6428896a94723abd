import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { digestObject } from "../../../src/store/digest-object.ts";
import { Objects } from "../../../src/store/objects.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

function objectsIn(tree: TemporaryTree): Objects {
  mkdirSync(tree.at("s/objects"), { recursive: true });
  mkdirSync(tree.at("s/tmp"));
  return new Objects(tree.at("s"));
}

async function put(objects: Objects, source: string | Uint8Array): Promise<string> {
  const staged = await objects.stage(source);
  const found = digestObject(staged.path);
  objects.place(staged, found);
  return found.digest;
}

describe("Objects.place()", () => {
  test("keeps equal contents once, read-only, below their digest", async () => {
    using tree = fileTree({ "a.o": "same", "b.o": "same" });
    const objects = objectsIn(tree);
    const digest = await put(objects, tree.at("a.o"));
    const { ino, mode } = statSync(objects.pathOf(digest));
    expect(await put(objects, tree.at("b.o"))).toBe(digest);
    expect(statSync(objects.pathOf(digest)).ino).toBe(ino);
    expect(mode & 0o777).toBe(0o444);
    expect(objects.pathOf(digest)).toBe(tree.at(`s/objects/${digest.slice(0, 2)}/${digest}`));
    expect(readdirSync(tree.at("s/tmp"))).toEqual([]);
  });

  test("replaces an object of the wrong length", async () => {
    using tree = fileTree();
    const objects = objectsIn(tree);
    const digest = await put(objects, Buffer.from("whole"));
    chmodSync(objects.pathOf(digest), 0o600);
    writeFileSync(objects.pathOf(digest), "who");
    expect(objects.has(digest, 5)).toBeFalse();
    await put(objects, Buffer.from("whole"));
    expect(readFileSync(objects.pathOf(digest), "utf8")).toBe("whole");
  });
});

describe("Objects.sweep()", () => {
  test("C2: removes debris and orphans of earlier processes, nothing of this one", async () => {
    using tree = fileTree();
    const kept = await put(objectsIn(tree), Buffer.from("kept"));
    const earlier = new Objects(tree.at("s"));
    const orphan = await put(earlier, Buffer.from("orphan"));
    await earlier.stage(Buffer.from("debris"));
    linkSync(earlier.pathOf(kept), tree.at("s/objects/stray"));
    const objects = new Objects(tree.at("s"));
    const staged = await objects.stage(Buffer.from("mine"));
    await objects.sweep((digest) => digest === kept, new AbortController().signal);
    expect([existsSync(objects.pathOf(kept)), existsSync(objects.pathOf(orphan))]).toEqual([true, false]);
    expect(readdirSync(tree.at("s/tmp")).map((name) => tree.at(`s/tmp/${name}`))).toEqual([staged.path]);
  });
});

describe("Objects.moveAllAway()", () => {
  test("empties the store, which then takes objects again", async () => {
    using tree = fileTree();
    const objects = objectsIn(tree);
    const digest = await put(objects, Buffer.from("x"));
    const aside = objects.moveAllAway();
    expect(existsSync(objects.pathOf(digest)), "gone before anything is awaited").toBeFalse();
    await objects.rid(aside);
    expect(readdirSync(tree.at("s/tmp"))).toEqual([]);
    await put(objects, Buffer.from("x"));
    expect(existsSync(objects.pathOf(digest))).toBeTrue();
  });
});
