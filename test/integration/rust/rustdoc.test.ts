// rustdoc: what is known of its outputs comes from the cache, everything else is made by itself.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { titled } from "../../support/missing.ts";
import { noRust, rustTools } from "../../support/rust-tools.ts";
import { type Case, expectRight, sceneOf } from "./rust-case.ts";
import { RustStage } from "./rust-stage.ts";

setDefaultTimeout(60_000);

const PROGRAM = noRust === undefined ? join(dirname(rustTools().rustc), "rustdoc") : "";
const none = noRust ?? (existsSync(PROGRAM) ? undefined : "no rustdoc");

// Descriptions are for nightly compilers, and for those that are told to be one.
const DESCRIBE = "RUSTC_BOOTSTRAP=1 $R -Zunstable-options --output-format json --edition 2021";
const TREE = `
mkdir deps; echo 'pub fn value() -> u32 { 1 }' >dep.rs
RUSTC --crate-name dep --crate-type lib --out-dir deps dep.rs -C metadata=d -C extra-filename=-d
echo '#![doc = include_str!("text.md")] pub use dep::value; #[doc(inline)] pub use dep::value as other; pub mod m;' >a.rs
echo words >text.md; echo '/// [nothing] that is there. pub fn f() {}' >m.rs; echo 'pub struct S;' >>m.rs
`;
const LINE = `${DESCRIBE} --crate-name a --crate-type lib a.rs -o out --extern dep=deps/libdep-d.rlib -L dependency=deps`;

const CASES: readonly Case[] = [
  { name: "a module", tree: TREE, script: LINE, edit: "echo 'pub struct T;' >>m.rs" },
  { name: "a file of a comment", tree: TREE, script: LINE, edit: "echo other >text.md" },
  {
    name: "a crate that it names",
    tree: TREE,
    script: LINE,
    edit: "echo 'pub mod value {}' >dep.rs; RUSTC --crate-name dep --crate-type lib --out-dir deps dep.rs -C metadata=d -C extra-filename=-d",
  },
  { name: "what is private", tree: TREE, script: LINE, second: `${LINE} --document-private-items --crate-version 2` },
];

describe.skipIf(none !== undefined)(titled("rustdoc", none), () => {
  let at: RustStage;
  beforeAll(() => {
    at = new RustStage(undefined, { rustdoc: PROGRAM });
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each([
    `${LINE} --cfg one`,
    `mkdir -p out; echo old >out/a.json; chmod 600 out/a.json; ${LINE} --cfg two`,
    `${DESCRIBE} --crate-name a a.rs --show-coverage --extern dep=deps/libdep-d.rlib`,
    "$R --version; $R -vV",
  ])("%s is answered from the cache", async (script) => {
    await at.expectHits(sceneOf(TREE, script));
  });

  test.each(CASES.map((each) => [each.name, each] as const))("describes anew for %s", async (_, each) => {
    await expectRight(at, each);
  });

  test.each([
    ["merged-output", "$R --crate-name a dep.rs -o out"],
    ["unsupported-option", "$R --test dep.rs --crate-name a >/dev/null"],
  ])("is run as it is, for %s: %s", async (reason, script) => {
    const { files } = await at.expectPassed(sceneOf(TREE, script), reason);
    expect(Object.keys(files).some((name) => name.endsWith("all.html"))).toBe(reason === "merged-output");
  });
});
