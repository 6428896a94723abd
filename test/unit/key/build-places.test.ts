import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import type { Dependency } from "../../../src/core/entry.ts";
import type { CompilePlan } from "../../../src/core/plan.ts";
import { placeBuild, placeDependencies, searchesAbove } from "../../../src/key/build-places.ts";
import { namedRoot } from "../../../src/key/remap.ts";
import { fileTree } from "../../support/file-tree.ts";
import { CRATE_PLAN } from "../../support/plans.ts";

const CWD = "/w/one";
const ROOT = "/w/one/target/debug";
const TEXT: CompilePlan = { ...CRATE_PLAN, source: "a.rs", cwdInKey: true, directoryShows: "as-text" };
const HIDDEN: CompilePlan = { ...TEXT, directoryShows: "unless-replaced" };

describe("placeBuild()", () => {
  test.each<[what: string, moves: boolean, plan: CompilePlan]>([
    ["is found as text", true, TEXT],
    ["may be hidden", false, HIDDEN],
    ["is replaced", true, { ...HIDDEN, replaced: [{ from: CWD, to: "." }] }],
    ["is replaced, with empty steps", true, { ...HIDDEN, replaced: [{ from: "/w//./one/.", to: "." }] }],
    ["is replaced in part", false, { ...HIDDEN, replaced: [{ from: "/w", to: "." }] }],
    ["is replaced by itself", false, { ...HIDDEN, replaced: [{ from: CWD, to: `${CWD}/x` }] }],
    ["always shows", false, { ...TEXT, directoryShows: "always", replaced: [{ from: CWD, to: "." }] }],
    ["is in the name of the source", false, { ...TEXT, source: `${CWD}/a.rs` }],
  ])("takes the directory out of the key only where it can't be missed: it %s", (_, moves, plan) => {
    const placed = placeBuild(plan, ROOT, CWD);
    expect(placed.plan.cwdInKey).toBe(!moves);
    expect(placed.remap).toEqual({ ...namedRoot(ROOT), ...(moves ? { directory: CWD } : {}) });
  });

  test.each(["/", "/w", "/w/o ne", `${ROOT}/x`, ROOT])("leaves %p in the key", (cwd) => {
    expect(placeBuild(TEXT, ROOT, cwd).plan.cwdInKey).toBe(true);
  });

  test("tells what is left of a place whose beginning is replaced", () => {
    const left = (from: string) =>
      placeBuild({ ...TEXT, replaced: [{ from, to: "." }] }, ROOT, CWD).plan.keyArguments.join(" ");
    expect(left(CWD)).toStartWith("replaced /target/debug  ");
    expect(left("/w")).toStartWith("replaced /one/target/debug /one ");
    for (const all of ["/", ""]) expect(left(all)).toContain(ROOT);
    for (const other of ["/w/on", "one", "/w/one/src"]) expect(left(other)).toBe(TEXT.keyArguments.join(" "));
  });

  test("names a root behind a link otherwise, and none that paths are replaced by", () => {
    using tree = fileTree({});
    mkdirSync(tree.at("big"));
    symlinkSync("big", tree.at("target"));
    const root = tree.at("target/debug");
    expect(placeBuild(TEXT, root, tree.path)).toEqual({ plan: TEXT, remap: namedRoot(root, "linked") });
    const replaced = [{ from: "/x", to: `${ROOT}/y` }];
    expect(placeBuild({ ...TEXT, replaced }, ROOT, CWD)).toEqual({ plan: { ...TEXT, replaced } });
  });
});

describe("placeDependencies()", () => {
  const named = (texts: string[], remap = { ...namedRoot(ROOT), directory: CWD }) => {
    const dependencies = texts.map((text): Dependency => {
      const [path = "", aspect = "", state = ""] = text.split(" ");
      return { path, aspect: aspect as Dependency["aspect"], state };
    });
    return placeDependencies(dependencies, remap, CWD).map(({ path, aspect }) => `${path} ${aspect}`);
  };

  test("leaves out that directories on the way are no links, and names what is below the root once", () => {
    expect(
      named([
        "/w link D",
        ". link D",
        "target link D",
        "/w/one/target link D",
        "target/debug/a content F1",
        "/w/one/target/debug/a content F1",
      ]),
    ).toEqual([". link", "//root/a content"]);
  });

  test("keeps all other looks on the way, and names that the tool has spelled", () => {
    const kept = ["/w link L/x", "/w presence D", "/wx link D", "target link D", "target/debug/a content F1"];
    expect(named(kept)).toEqual(kept.map((text) => text.slice(0, text.lastIndexOf(" "))));
    expect(named(["b content F1", "/w/one/b content F1"])).toEqual(["b content", "/w/one/b content"]);
    expect(named(["/w link D"], { ...namedRoot(ROOT, "linked"), directory: CWD })).toEqual(["/w link"]);
  });
});

test.each([
  ["/w/rust-toolchain", "A", true],
  ["/w/.cargo", "F1", true],
  ["/w/tmp", "D", false],
  ["/rust-toolchain", "A", false],
  ["/w/one/x", "A", false],
  ["/w/two/x", "A", false],
  ["../x", "A", false],
])("searchesAbove() of %s in state %s is %p", (path, state, expected) => {
  expect(searchesAbove([{ path, aspect: "presence", state }], CWD)).toBe(expected);
});
