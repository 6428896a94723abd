// Other namespaces and roots are met in test/faults/namespaces.test.ts, which makes some.

import { describe, expect, test } from "bun:test";
import { readlinkSync, statSync } from "node:fs";
import { sharesNamespace } from "../../../src/daemon/namespace.ts";
import { identityOf, readShortLink } from "../../../src/sys/libc.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("sharesNamespace()", () => {
  test("knows this process and its children", async () => {
    const child = Bun.spawn(["sleep", "10"]);
    expect([sharesNamespace(process.pid), sharesNamespace(child.pid)]).toEqual([true, true]);
    child.kill();
    await child.exited;
  });
  test("takes a process that is not there for a stranger", () => {
    expect(sharesNamespace(2 ** 22 + 1)).toBe(false);
  });
});

test("readShortLink() and identityOf() say what node:fs says", () => {
  using tree = fileTree({ "a b": "" });
  expect(readShortLink("/proc/self/ns/mnt")).toBe(readlinkSync("/proc/self/ns/mnt"));
  const { dev, ino } = statSync(tree.at("a b"), { bigint: true });
  const device =
    (((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn)) + (((dev & 0xffn) | ((dev >> 12n) & ~0xffn)) << 32n);
  expect(identityOf(tree.at("a b"))).toBe(`${device}:${ino}`);
  expect(() => readShortLink(tree.at("none"))).toThrow(expect.objectContaining({ code: "SYSTEM_CALL" }));
  expect(() => identityOf(tree.at("none"))).toThrow(expect.objectContaining({ code: "SYSTEM_CALL" }));
});
