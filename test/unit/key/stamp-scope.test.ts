import { describe, expect, test } from "bun:test";
import { mkdirSync, statSync } from "node:fs";
import { bootHolds, latestBoot, readBoot, readScope, scopeHolds } from "../../../src/key/stamp-scope.ts";
import { fileTree } from "../../support/file-tree.ts";
import { quickest } from "../../support/in-time.ts";

function deviceOf(path: string): bigint {
  return statSync(path, { bigint: true }).dev;
}

describe("readScope()", () => {
  test("is the mount at the directory furthest up on the device, and holds while it is there", () => {
    using tree = fileTree({ "d/a.h": "" });
    const scope = readScope(tree.at("d/a.h"), deviceOf(tree.path));
    if (scope === undefined) throw new Error("this kernel can't tell mounts apart");
    expect(tree.path).toStartWith(scope.path);
    expect(deviceOf(scope.path)).toBe(deviceOf(tree.path));
    expect(scopeHolds(scope)).toBe(true);
  });

  test("does not hold for another mount, another device, or where nothing is", () => {
    using tree = fileTree({ "a.h": "" });
    const scope = readScope(tree.at("a.h"), deviceOf(tree.path));
    if (scope === undefined) throw new Error("this kernel can't tell mounts apart");
    expect(scopeHolds({ ...scope, mount: scope.mount + 1n })).toBe(false);
    expect(scopeHolds({ ...scope, device: scope.device + 1n })).toBe(false);
    expect(scopeHolds({ ...scope, path: tree.at("none") })).toBe(false);
    mkdirSync(tree.at("none"));
    expect(scopeHolds({ ...scope, path: tree.at("none") })).toBe(true);
  });
});

describe("bootHolds()", () => {
  const boot = { boot: "one", beganMs: 1_000_000 };

  test("holds for the same boot, give or take what reading the clock is off by", () => {
    for (const ms of [-20, 0, 20, 3_600_000])
      expect(bootHolds(boot, { ...boot, beganMs: boot.beganMs + ms })).toBe(true);
    expect(bootHolds(boot, { ...boot, boot: "two" })).toBe(false);
  });

  test("does not hold once the clock was set back by more than stamps allow for", () => {
    expect(bootHolds(boot, { ...boot, beganMs: boot.beganMs - 2000 })).toBe(false);
  });

  test("of two readings of a boot the one counts under which the clock was further ahead", () => {
    const later = { ...boot, beganMs: boot.beganMs + 1 };
    expect([latestBoot(boot, later), latestBoot(later, boot)]).toEqual([later, later]);
  });

  test("readBoot() is the same all the time", async () => {
    const first = readBoot();
    if (first === undefined) throw new Error("there is no /proc");
    const difference = async () => {
      await Bun.sleep(50);
      const second = readBoot();
      expect(second?.boot).toBe(first.boot);
      return Math.abs((second?.beganMs ?? 0) - first.beganMs);
    };
    expect(await quickest(500, difference)).toBeLessThanOrEqual(500);
  });
});
