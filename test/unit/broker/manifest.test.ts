// The cache manifest, read back by ourselves and by another decoder.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { decodeManifest, encodeManifest, publishManifest, type Roots } from "../../../src/broker/manifest.ts";
import { serviceName, versionToken } from "../../../src/broker/messages.ts";
import { bytesAt, fieldsOf, message, numberAt, textAt } from "../../support/broker-wire.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

const ROOTS: Roots = { data: "/c/data", index: "/c/index", logs: "/c/logs", locks: "/c", tmp: "/c/tmp" };
const SERVICE = { name: "zccache", version: "1.2.3" };

let tree: TemporaryTree;
beforeEach(() => {
  tree = fileTree();
});
afterEach(() => tree[Symbol.dispose]());

describe("a manifest [broker 14]", () => {
  const bytes = encodeManifest(SERVICE, ROOTS, 1_700_000_000_123);

  test("says by its numbers whose it is and names five roots, each with its kind", () => {
    const fields = fieldsOf(bytes);
    expect([1, 2, 3, 40, 101].map((number) => textAt(fields, number))).toEqual([
      "zccache",
      "1.2.3",
      "v1",
      "shared",
      "application/vnd.running-process.cache-manifest.v1",
    ]);
    expect([4, 5, 100].map((number) => numberAt(fields, number))).toEqual([1_700_000_000_123, 1_700_000_000_123, 1]);
    const roots = (fields.get(10) ?? []).map((root) => fieldsOf(Buffer.isBuffer(root) ? root : Buffer.alloc(0)));
    expect(roots.map((root) => [textAt(root, 1), numberAt(root, 2)])).toEqual([
      ["/c/data", 1],
      ["/c/index", 7],
      ["/c/logs", 2],
      ["/c", 3],
      ["/c/tmp", 5],
    ]);
  });

  test("holds the digest of itself without the digest", () => {
    const digest = bytesAt(fieldsOf(bytes), 102);
    expect(digest).toHaveLength(32);
    const without = Buffer.from(bytes).subarray(0, -message([[102, digest]]).length);
    expect(new Bun.CryptoHasher("sha256").update(without).digest()).toEqual(digest);
  });

  test("is found to be damaged, whichever byte of it is flipped", () => {
    expect(decodeManifest(bytes)).toMatchObject({ serviceName: "zccache", brokerInstance: "shared" });
    for (const [at, byte] of bytes.entries()) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = byte ^ 1;
      expect(() => decodeManifest(flipped)).toThrow(expect.objectContaining({ code: "BROKER" }));
    }
  });

  test("of a later schema is refused", () => {
    const later = message([
      [1, "zccache"],
      [100, 2],
    ]);
    expect(() => decodeManifest(later)).toThrow("of schema 2");
  });
});

describe("publishManifest() [broker 14]", () => {
  test("writes a file for us alone, which reads back, and writes it again", () => {
    const registry = tree.at("data/running-process/manifests");
    for (let time = 0; time < 2; time++) {
      publishManifest(registry, SERVICE, ROOTS);
      expect(readdirSync(registry)).toEqual(["zccache-1.2.3.pb"]);
      expect(decodeManifest(readFileSync(`${registry}/zccache-1.2.3.pb`)).roots).toHaveLength(5);
    }
    expect(statSync(registry).mode & 0o777).toBe(0o700);
    expect(statSync(`${registry}/zccache-1.2.3.pb`).mode & 0o777).toBe(0o600);
  });

  test.each([0o770, 0o701, 0o755])("refuses a registry with mode %o", (mode) => {
    mkdirSync(tree.at("registry"));
    chmodSync(tree.at("registry"), mode);
    expect(() => publishManifest(tree.at("registry"), SERVICE, ROOTS)).toThrow(
      expect.objectContaining({ code: "UNSAFE_DIRECTORY" }),
    );
    expect(readdirSync(tree.at("registry"))).toEqual([]);
  });

  test.each(["../1.2.3", "1.2", "1.2.3-", "1.2.3-A", "1.2.3/../x", "1.2.3+4", "", "1.2.3\n"])(
    "refuses %p as a version",
    (version) => {
      expect(() => publishManifest(tree.at("registry"), { ...SERVICE, version }, ROOTS)).toThrow("as a version");
      expect(existsSync(tree.at("registry"))).toBe(false);
    },
  );

  test.each(["../zccache", "Zccache", "", "z.c", "z/c", "a".repeat(65), "zccache\n"])(
    "refuses %p as a name",
    (name) => {
      expect(() => publishManifest(tree.at("registry"), { ...SERVICE, name }, ROOTS)).toThrow(
        "as the name of a service",
      );
      expect(existsSync(tree.at("registry"))).toBe(false);
    },
  );

  test("takes names and versions of the right form", () => {
    for (const version of ["0.1.0", "10.20.30-rc.1"]) expect(versionToken(version)).toBe(version);
    for (const name of ["z", "zccache-2", "a".repeat(64)]) expect(serviceName(name)).toBe(name);
  });

  test("refuses a path that is no UTF-8, which the encoding can't hold", () => {
    expect(() => publishManifest(tree.at("registry"), SERVICE, { ...ROOTS, data: "/c/\xff" })).toThrow("no UTF-8");
  });
});
