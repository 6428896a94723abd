// ZCCACHE_HARDLINK: crates in a target directory that are the cache's own files. Builds make what they make without, and
// what is done to such a file is noticed before anybody gets it again.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import { type CargoCall, CargoStage, type Oracle } from "./cargo-stage.ts";

setDefaultTimeout(300_000);

const CALL: CargoCall = { args: ["build"], env: { CARGO_INCREMENTAL: "0", ZCCACHE_HARDLINK: "1" } };
const TABLE = "echo 'pub static TABLE: [u8; 200000] = [7; 200000];' >>util/src/lib.rs";
const OTHER_NUMBER = "sed -i 's/u32 { 1 }/u32 { 5 }/' util/src/lib.rs";
const FIRST_NUMBER = "sed -i 's/u32 { 5 }/u32 { 1 }/' util/src/lib.rs";

describe.skipIf(noRust !== undefined)(titled("a target directory with hard links into the cache", noRust), () => {
  let at: CargoStage;
  let oracle: Oracle;
  beforeAll(async () => {
    if (noRust !== undefined) return;
    at = new CargoStage();
    await at.lay(TABLE);
    oracle = await at.repeatableOracle(CALL);
    await at.expectHits(CALL, oracle);
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  /** Path of the crate `util`, and how many objects of the cache it is. */
  function linked(target = "target"): { path: string; objects: number } {
    const directory = at.box.tree.at(`${at.place}/${target}/debug/deps`);
    const name = readdirSync(directory).find((file) => /^libutil-.*\.rlib$/.test(file));
    if (name === undefined) throw new Error(`no crate in ${directory}`);
    const path = join(directory, name);
    const objects = at.box.tree.at("cache");
    const inodes = readdirSync(objects, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\/objects\//.test(`${entry.parentPath}/`))
      .map((entry) => statSync(join(entry.parentPath, entry.name)).ino);
    return { path, objects: inodes.filter((inode) => inode === statSync(path).ino).length };
  }

  test("is what it is without, and all fresh for the next build", async () => {
    expect(linked().objects).toBe(1);
    expect(statSync(linked().path).mode & 0o777).toBe(0o644);
    const again = await at.cached(CALL);
    oracle.expectSame({ ...again, said: oracle.built.said });
    expect(again.said.filter((line) => line.includes("Compiling"))).toEqual([]);
  });

  test("F6: whose crate is written to spoils no other build", async () => {
    const { path } = linked();
    await at.edit(`printf X | dd of='${path}' bs=1 seek=5000 conv=notrunc status=none`);
    at.clean();
    const built = await at.cached(CALL);
    oracle.expectSame(built);
    expect(built.starts).toBeGreaterThan(0);
    await at.expectHits(CALL, oracle);
    expect(linked().objects).toBe(1);
  });

  test("is built on as any other, and the cache keeps what it had", async () => {
    await at.edit(OTHER_NUMBER);
    expect((await at.cached(CALL)).program).toStartWith("5 ");
    expect(linked().objects).toBe(0);
    await at.edit(FIRST_NUMBER);
    await at.expectHits(CALL, oracle);
  });

  test("and another one of the same files: each is fresh after its own build", async () => {
    await at.expectHits(CALL, oracle);
    expect((await at.cached(CALL, "second")).program).toBe(oracle.built.program);
    expect(statSync(linked("second").path).ino).toBe(statSync(linked().path).ino);
    expect((await at.cached(CALL, "second")).said.filter((line) => line.includes("Compiling"))).toEqual([]);
    const first = await at.cached(CALL);
    expect({ starts: first.starts, program: first.program }).toEqual({ starts: 0, program: oracle.built.program });
  });
});
