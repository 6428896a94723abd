// What comes with rustc: clippy-driver, which takes its place, and rustfmt, where it only checks.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { titled } from "../../support/missing.ts";
import { noRust, rustTools } from "../../support/rust-tools.ts";
import { type Case, expectRight, sceneOf } from "./rust-case.ts";
import { RustStage } from "./rust-stage.ts";

setDefaultTimeout(600_000);

const place = noRust === undefined ? dirname(rustTools().rustc) : "";
const none = (name: string): string | undefined => noRust ?? (existsSync(join(place, name)) ? undefined : `no ${name}`);

// As cargo calls it.
const JSON_FORM = "--error-format=json --json=diagnostic-rendered-ansi,artifacts";
const DRIVE = "$R rustc --crate-name a --edition 2021 --crate-type lib --emit=dep-info,metadata --out-dir out a.rs";
const CLIPPED = `
printf 'mod m; pub use m::*; pub fn f(v: &Vec<u32>) -> bool { v.len() == 0 }' >a.rs
printf 'pub fn many(a: u8, b: u8, c: u8) -> u8 { a + b + c }' >m.rs; echo 'too-many-arguments-threshold = 5' >clippy.toml
`;
const HERE = "CLIPPY_CONF_DIR=$PWD";

const LINTS: readonly Case[] = [
  { name: "a module", tree: CLIPPED, script: DRIVE, edit: "echo 'pub fn g(v: &Vec<u8>) {}' >>m.rs" },
  {
    name: "clippy.toml",
    tree: CLIPPED,
    script: `${HERE} ${DRIVE}`,
    edit: "echo 'too-many-arguments-threshold = 2' >clippy.toml",
  },
  { name: "a lint", tree: CLIPPED, script: DRIVE, second: `${DRIVE} -A clippy::ptr_arg` },
  {
    name: "what cargo clippy adds",
    tree: CLIPPED,
    script: DRIVE,
    env: { CLIPPY_ARGS: "" },
    secondEnv: { CLIPPY_ARGS: "-Aclippy::len_zero__CLIPPY_HACKERY__" },
  },
];

describe.skipIf(none("clippy-driver") !== undefined)(titled("clippy-driver", none("clippy-driver")), () => {
  let at: RustStage;
  beforeAll(() => {
    at = new RustStage(undefined, { "clippy-driver": join(place, "clippy-driver") });
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each([
    DRIVE,
    `${DRIVE} ${JSON_FORM}`,
    `${DRIVE.replace("rustc ", "/usr/bin/rustc ")} --cfg other`,
    `${DRIVE.replace("rustc ", "")} --cfg alone`,
    `${HERE} ${DRIVE} -W clippy::pedantic`,
    "$R rustc -vV; $R --version",
  ])("%s is answered from the cache", async (script) => {
    const { stderr } = await at.expectHits(sceneOf(CLIPPED, script));
    expect(stderr.includes("clippy::len_zero") || stderr.includes("clippy::ptr_arg")).toBe(script.includes("a.rs"));
  });

  test.each(LINTS.map((each) => [each.name, each] as const))("looks anew for %s", async (_, each) => {
    await expectRight(at, each);
  });

  test("says itself what it denies", async () => {
    await at.expectPassed(sceneOf(CLIPPED, `${DRIVE} -D warnings`), "failed-compile");
  });
});

const TIDY = "mkdir sub; printf 'mod m;\\n\\nfn f() {}\\n' >a.rs; printf 'fn g() {}\\n' >m.rs; : >other.rs";

const CHECKS: readonly Case[] = [
  { name: "the file", tree: TIDY, script: "$R --check a.rs", edit: "echo 'fn  h(){}' >>a.rs" },
  { name: "a module", tree: TIDY, script: "$R --check a.rs", edit: "echo 'fn  h(){}' >>m.rs" },
  {
    name: "rustfmt.toml that appears",
    tree: TIDY,
    script: "$R --check a.rs",
    edit: "echo 'hard_tabs = 1' >rustfmt.toml",
  },
  {
    name: "rustfmt.toml",
    tree: `${TIDY}; echo 'newline_style = "Unix"' >.rustfmt.toml`,
    script: "$R --check a.rs",
    edit: "echo 'newline_style = \"Windows\"' >.rustfmt.toml",
  },
];

describe.skipIf(none("rustfmt") !== undefined)(titled("rustfmt", none("rustfmt")), () => {
  let at: RustStage;
  beforeAll(() => {
    at = new RustStage(undefined, { rustfmt: join(place, "rustfmt") });
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each([
    "$R --check a.rs",
    "$R --check --edition 2021 a.rs m.rs",
    "cd sub && $R --check ../a.rs",
    "printf 'fn f() {}\\n' | $R --check",
    "$R --check --config max_width=80 a.rs",
  ])("%s is answered from the cache", async (script) => {
    await at.expectHits(sceneOf(TIDY, script));
  });

  test.each(CHECKS.map((each) => [each.name, each] as const))("checks anew after a change of %s", async (_, each) => {
    await expectRight(at, each);
  });

  test.each([
    ["unsupported-option", "$R a.rs; cat a.rs"],
    ["failed-compile", "echo 'fn  f(){}' >b.rs; $R --check b.rs"],
  ])("is run as it is, for %s: %s", async (reason, script) => {
    await at.expectPassed(sceneOf(TIDY, script), reason);
  });
});
