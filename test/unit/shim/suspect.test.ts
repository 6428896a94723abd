import { describe, expect, test } from "bun:test";
import { utimesSync } from "node:fs";
import { places } from "../../../src/ipc/places.ts";
import { isSuspect, suspect, trust } from "../../../src/shim/suspect.ts";
import { readSettings } from "../../../src/sys/environment.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("suspicion", () => {
  test("lasts five seconds from the last failure, and ends with trust() (H1)", () => {
    using tree = fileTree();
    const where = places(readSettings({ ZCCACHE_ENDPOINT: tree.at("sock") }, false));
    expect(isSuspect(where)).toBe(false);
    suspect(where);
    const now = Date.now();
    expect([0, 4000, 6000].map((later) => isSuspect(where, now + later))).toEqual([true, true, false]);
    // A clock that was set back must not make it last for ever.
    expect(isSuspect(where, now - 60_000)).toBe(false);
    utimesSync(`${where.lockFile}.suspect`, 0, 0);
    expect(isSuspect(where)).toBe(false);
    suspect(where);
    expect(isSuspect(where)).toBe(true);
    trust(where);
    expect(isSuspect(where)).toBe(false);
    trust(where);
  });
  test("that can't be written down is no error", () => {
    const where = places(readSettings({ ZCCACHE_ENDPOINT: "/nonexistent/sock" }, false));
    expect(() => suspect(where)).not.toThrow();
    expect(isSuspect(where)).toBe(false);
  });
});
