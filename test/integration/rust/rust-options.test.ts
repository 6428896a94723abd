// Options that name what a crate is made with: crates in each form of --extern, the profile of an earlier run, the target,
// the place of rustc's own libraries. Each is answered from the cache, and noticed when it is another.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { noRust, rustTools } from "../../support/rust-tools.ts";
import { BIN, type Case, expectRight, HELLO, sceneOf } from "./rust-case.ts";
import { RustStage } from "./rust-stage.ts";

setDefaultTimeout(600_000);

const makeCrate = (value: number): string => `
echo 'pub fn value() -> u32 { ${value} }' >dep.rs
RUSTC --crate-name dep --crate-type lib,dylib --out-dir deps dep.rs -C metadata=d -C prefer-dynamic
`;
const NEEDS_CRATE = `
mkdir deps; echo 'extern crate dep; fn main() { println!("{}", dep::value()); }' >a.rs
${makeCrate(1)}`;
const UNSTABLE = "export RUSTC_BOOTSTRAP=1;";

/** Some are for nightly compilers, and for those that are told to be one. */
const CRATES: readonly string[] = [
  `${BIN} --extern dep=deps/libdep.rlib`,
  `${BIN} --extern=dep=deps/libdep.rlib`,
  `${BIN} --extern dep=$PWD/deps/libdep.rlib --edition 2021`,
  `${BIN} -L crate=deps --extern dep`,
  `${BIN} -Ldeps`,
  `${BIN} --extern dep=deps/libdep.so --extern dep=deps/libdep.rlib`,
  `${BIN} --extern dep=deps/libdep.so -C prefer-dynamic`,
  `${UNSTABLE} ${BIN} -Zunstable-options --extern priv:dep=deps/libdep.rlib`,
  `${UNSTABLE} ${BIN} -Zunstable-options --extern noprelude:dep=deps/libdep.rlib`,
  `${UNSTABLE} ${BIN} -Z unstable-options --extern=priv,nounused:dep=deps/libdep.rlib`,
  `${UNSTABLE} ${BIN} -Zunstable-options --extern force:dep=deps/libdep.rlib`,
];

/** Two profiles, of which rustc says that they are of another program, and how much is lost. */
const profile = (count: number): string =>
  `printf ':ir\\nmain\\n123\\n1\\n${count}\\n' >counts; llvm-profdata merge counts -o a.profdata`;
const USE_PROFILE = `${BIN} -C profile-use=a.profdata`;

/** A crate for no operating system, which is given no library of rustc's. */
const ALONE = `
RUSTC_BOOTSTRAP=1 RUSTC -Zunstable-options --print target-spec-json >own.json
cat >a.rs <<'END'
#![feature(no_core, lang_items, rustc_attrs)]
#![no_core]
#![allow(internal_features)]
macro_rules! unused { () => {} }
END
`;
const FOR_TARGET = `${UNSTABLE} $R -Zunstable-options --crate-name a --crate-type lib --emit=dep-info --out-dir out a.rs`;

/** rustc's own libraries, by links, in a place that its own programs do not look at. */
const SYSROOT = `
S=$(RUSTC --print sysroot); mkdir -p root/lib/rustlib; ln -s "$S"/lib/rustlib/* root/lib/rustlib; ${HELLO}
`;

const CASES: readonly Case[] = [
  { name: "a crate, by -L alone", tree: NEEDS_CRATE, script: `${BIN} -L deps`, edit: makeCrate(2) },
  {
    name: "a crate of --extern priv:",
    tree: NEEDS_CRATE,
    script: `${UNSTABLE} ${BIN} -Zunstable-options --extern priv:dep=deps/libdep.rlib`,
    edit: makeCrate(2),
  },
  {
    name: "the second file of a crate",
    tree: NEEDS_CRATE,
    script: `${BIN} --extern dep=deps/libdep.so --extern dep=deps/libdep.rlib`,
    edit: makeCrate(2),
  },
  {
    name: "the description of a target",
    tree: `${ALONE}sed 's/"max-atomic-width": 64/"max-atomic-width": 32/' own.json >other.json`,
    script: `${FOR_TARGET} --target own.json --print cfg --print link-args`,
    edit: "cp other.json own.json",
  },
  {
    name: "--sysroot, gone",
    tree: SYSROOT,
    script: `${BIN} --sysroot root`,
    edit: "rm root/lib/rustlib/*",
  },
];

describe.skipIf(noRust !== undefined)(titled("a crate made with", noRust), () => {
  let at: RustStage;
  beforeAll(() => {
    at = new RustStage();
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  const inTree = (tree: string): string => tree.replaceAll("RUSTC ", `${rustTools().rustc} `);

  test.each(CRATES)("%s is answered from the cache", async (script) => {
    await at.expectHits(sceneOf(inTree(NEEDS_CRATE), script));
  });

  test.each([
    [SYSROOT, `${BIN} --sysroot root; $R --sysroot root --print sysroot`],
    [SYSROOT, `${BIN} --sysroot=$PWD/root -C opt-level=1`],
    [ALONE, `${FOR_TARGET} --target own.json`],
    [ALONE, `${FOR_TARGET} --target $PWD/own.json`],
    [HELLO, `${BIN} -g -C split-debuginfo=packed`],
    [HELLO, `${BIN} -C target-cpu=native -C target-feature=+crt-static`],
  ])("%#: %s %s is answered from the cache", async (tree, script) => {
    await at.expectHits(sceneOf(inTree(tree), script));
  });

  test.each(CASES.map((each) => [each.name, each] as const))(
    "%s is made anew when that is another",
    async (_, each) => {
      await expectRight(at, { ...each, tree: inTree(each.tree), edit: inTree(each.edit ?? ":") });
    },
  );

  const reason = missingTool("llvm-profdata");
  test.skipIf(reason !== undefined)(titled("a profile is made anew when that is another", reason), async () => {
    const tree = `${HELLO}; ${profile(100)}`;
    const { stderr } = await at.expectHits(sceneOf(tree, USE_PROFILE));
    expect(stderr).toContain("100");
    await expectRight(at, { name: "profile", tree, script: `${USE_PROFILE} -C opt-level=1`, edit: profile(200) });
  });
});
