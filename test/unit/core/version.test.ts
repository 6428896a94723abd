import { expect, test } from "bun:test";
import { isOlder, VERSION } from "../../../src/core/version.ts";

// Semantic Versioning 2.0.0, 11.4.
const ORDER = [
  "0.0.1",
  "0.9.0",
  "0.10.0",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "1.0.0",
  "1.0.1",
  "2.0.0",
  "10.0.0",
];

test("isOlder() orders versions as Semantic Versioning does", () => {
  for (const [i, version] of ORDER.entries()) {
    for (const [j, other] of ORDER.entries())
      expect([version, other, isOlder(version, other)]).toEqual([version, other, i < j]);
  }
  expect(isOlder("1.0.0+build.1", "1.0.0+build.2")).toBe(false);
  expect(isOlder(VERSION)).toBe(false);
});

test.each(["", "1", "1.0", "v1.0.0", "01.x.0", "unknown"])("isOlder() takes %p for older than any version", (odd) => {
  expect(isOlder(odd, "0.0.0-0")).toBe(true);
  expect(isOlder("0.0.1", odd)).toBe(false);
  expect(isOlder(odd, odd)).toBe(false);
});
