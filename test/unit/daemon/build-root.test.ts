import { describe, expect, test } from "bun:test";
import { moved } from "../../../src/core/depfile.ts";
import type { Entry, ManifestRow } from "../../../src/core/entry.ts";
import { entryFor, rowsFor, saysDirectory, saysRoot } from "../../../src/daemon/build-root.ts";
import { namedRoot, remapPath } from "../../../src/key/remap.ts";
import { CRATE_PLAN } from "../../support/plans.ts";

const ROOT = "/a/target/debug";
const OTHER = "/b/c/target/debug";

function placed(root: string | undefined) {
  return root === undefined ? { plan: CRATE_PLAN } : { plan: { ...CRATE_PLAN, root }, remap: namedRoot(root) };
}

function row(paths: readonly string[]): ManifestRow {
  const dependencies = paths.map((path) => ({ path, aspect: "content" as const, state: "A" }));
  return { dependencies, environment: [], wholeEnvironment: undefined, resultKey: "0", layout: "empty" };
}

describe("rowsFor()", () => {
  const paths = [`${ROOT}/deps/libx.rmeta`, ROOT, "/usr/lib/x", `${ROOT}-2/x`, "src/lib.rs"];
  const stored = row(paths.map((path) => remapPath(path, namedRoot(ROOT))));
  const pathsOf = (rows: readonly ManifestRow[]) =>
    rows.flatMap(({ dependencies }) => dependencies.map(({ path }) => path));
  test("names what lies below the root of a build from the root of another", () => {
    const there = [`${OTHER}/deps/libx.rmeta`, OTHER, "/usr/lib/x", `${ROOT}-2/x`, "src/lib.rs"];
    expect(pathsOf(rowsFor([stored], placed(OTHER)))).toEqual(there);
  });
  test("is the way back for the build that stored them", () => {
    expect(pathsOf(rowsFor([stored], placed(ROOT)))).toEqual(paths);
  });
  test("leaves those of other calls alone", () => {
    const rows = [row(["/x"])];
    expect(rowsFor(rows, placed(undefined))).toBe(rows);
  });
});

const ARTIFACT = `{"$message_type":"artifact","artifact":"${ROOT}/deps/libx.rmeta","emit":"metadata"}`;

function entry(stderr: string): Entry {
  const outputs: Entry["outputs"] = [
    { role: "crate-depfile", name: ROOT, digest: "0", size: 0, check: "0", executable: false },
  ];
  return { outputs, layout: "split", stdout: new Uint8Array(), stderr: Buffer.from(stderr), exitCode: 0, millis: 1 };
}

describe("entryFor()", () => {
  test("names the files of this build in messages", () => {
    const { stderr } = entryFor(entry(`${ARTIFACT}\n`), placed(OTHER));
    expect(Buffer.from(stderr).toString()).toBe(`${ARTIFACT.replace(ROOT, OTHER)}\n`);
  });
  test("leaves an entry of the same build as it is", () => {
    const same = entry(ARTIFACT);
    expect(entryFor(same, placed(ROOT))).toBe(same);
  });
});

describe("saysRoot()", () => {
  test.each([
    ["what rustc tells cargo", ARTIFACT, false],
    ["the same of older versions", ARTIFACT.replace('"$message_type":"artifact",', ""), false],
    ["two of them", `${ARTIFACT}\n${ARTIFACT}\n`, false],
    ["a message", `{"$message_type":"diagnostic","message":"in ${ROOT}/build/x/out/y.rs"}`, true],
    ["a message behind an artifact", `${ARTIFACT}\nwarning: ${ROOT}/x\n`, true],
    ["nothing", "", false],
    ["another directory", "warning: /a/target/release/x", false],
  ])("of %s", (_, text, says) => {
    expect(saysRoot(Buffer.from(text), ROOT)).toBe(says);
  });
});

test.each([
  [`${ROOT}/deps/x.d: src/lib.rs ${ROOT}/build/y\n`, false],
  [`${ROOT}/deps/x.d: /a/src/lib.rs\n`, true],
  ["/a/target/release/x", true],
  ["src/lib.rs", false],
])("saysDirectory() of %j is %p", (text, says) => {
  expect(saysDirectory(text, "/a", ROOT)).toBe(says);
});

describe("moved()", () => {
  test.each([
    [`${ROOT}/deps/x.d: src/lib.rs\n`, `${OTHER}/deps/x.d: src/lib.rs\n`],
    [`/x${ROOT}/y`, `/x${ROOT}/y`],
    [`${ROOT}-2/y ${ROOT}`, `${ROOT}-2/y ${ROOT}`],
    [`a: ${ROOT}/b ${ROOT}/c\n\n${ROOT}/b:\n`, `a: ${OTHER}/b ${OTHER}/c\n\n${OTHER}/b:\n`],
    ["/a/targetXdebug/b", "/a/targetXdebug/b"],
  ])("puts the paths of %j elsewhere", (text, expected) => {
    expect(moved(text, ROOT, OTHER)).toBe(expected);
  });
  test("takes every character of a name as it is", () => {
    expect(moved("/a+b/c.d/x /aab/c.d/x /a+b/cxd/x", "/a+b/c.d", "/$1/&")).toBe("/$1/&/x /aab/c.d/x /a+b/cxd/x");
  });
});
