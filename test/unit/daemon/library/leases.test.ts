import { expect, test } from "bun:test";
import { existsSync, globSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { Leases } from "../../../../src/daemon/library/leases.ts";
import { createSpool } from "../../../../src/daemon/spool.ts";
import { xxh64 } from "../../../../src/sys/xxh64.ts";
import { createPool } from "../../../../src/workers/pool.ts";
import { fileTree } from "../../../support/file-tree.ts";

test("Leases.lend() makes a private copy each time, and none of a damaged object", async () => {
  using tree = fileTree({ object: "content" });
  await using pool = createPool(1);
  mkdirSync(tree.at("state"));
  const leases = new Leases({ pool, spool: createSpool(tree.at("state")) });
  const object = { from: tree.at("object"), size: 7, check: xxh64(Buffer.from("content")) };
  const [one, two] = [await leases.lend(object), await leases.lend(object)];
  expect(one).not.toBe(two);
  for (const path of [one, two]) {
    expect(readFileSync(path, "utf8")).toBe("content");
    expect(statSync(path).ino).not.toBe(statSync(object.from).ino);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
  const copies = globSync(tree.at("state/spool/*"));
  expect(await messageOf(leases.lend({ ...object, check: "0".repeat(16) }))).toContain("not what was stored");
  expect(await messageOf(leases.lend({ ...object, from: tree.at("none") }))).toContain("Cannot read the stored object");
  expect(globSync(tree.at("state/spool/*")).sort()).toEqual(copies.sort());
});

test("Leases.lend() copies in this thread when no worker lives", async () => {
  using tree = fileTree({ object: "content" });
  const pool = createPool(0);
  const leases = new Leases({ pool, spool: createSpool(tree.path) });
  const path = await leases.lend({ from: tree.at("object"), size: 7, check: xxh64(Buffer.from("content")) });
  expect(existsSync(path)).toBe(true);
});

async function messageOf(work: Promise<string>): Promise<string> {
  return await work.catch((error: Error) => error.message);
}
