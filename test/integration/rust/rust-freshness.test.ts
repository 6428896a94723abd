// A stored crate is not given when sources, options, variables or other crates are others.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import { BIN, type Case, expectRight, HELLO, LIB, sceneOf } from "./rust-case.ts";
import { RustStage } from "./rust-stage.ts";

setDefaultTimeout(600_000);

const noMake = missingTool("make");

const BIN_THERE = "$R --crate-name a --out-dir $S/out $S/a.rs -g";
/** A crate that has the code of another one in it, and the other one in `deps`. */
const NEEDS_CRATE = `
mkdir deps; echo 'pub fn value() -> u32 { 1 }' >dep.rs; echo 'fn main() { println!("{}", dep::value()); }' >a.rs
RUSTC --crate-name dep --crate-type lib --out-dir deps dep.rs -C metadata=d -C extra-filename=-d
`;
const USE_CRATE = `${BIN} -L dependency=deps --extern dep=deps/libdep-d.rlib`;
const REMAKE_CRATE = `
echo 'pub fn value() -> u32 { 2 }' >dep.rs
RUSTC --crate-name dep --crate-type lib --out-dir deps dep.rs -C metadata=d -C extra-filename=-d
`;

const MAKE_HERE = "$R --crate-name dep --crate-type lib --out-dir deps dep.rs -C metadata=d -C extra-filename=-d";

/** One crate between the two. */
const CHAIN = `${NEEDS_CRATE}
echo 'pub fn value() -> u32 { dep::value() }' >mid.rs; sed -i s/dep::/mid::/ a.rs
RUSTC --crate-name mid --crate-type lib --out-dir deps mid.rs --extern dep=deps/libdep-d.rlib -C metadata=m -C extra-filename=-m
`;
const USE_CHAIN = `${BIN} -L dependency=deps --extern mid=deps/libmid-m.rlib`;

const CASES: readonly Case[] = [
  {
    name: "the crate's root",
    tree: "echo 'pub fn f() {}' >a.rs",
    edit: "echo 'pub fn g() {}' >a.rs",
  },
  {
    name: "a module of the same size and time",
    tree: "echo 'mod m;' >a.rs; echo 'pub fn f() {}' >m.rs; echo 'pub fn g() {}' >n.rs; touch -r m.rs n.rs",
    edit: "cp -p n.rs m.rs",
  },
  {
    name: "a module that moves from x.rs to x/mod.rs",
    tree: "echo 'pub mod x;' >a.rs; echo 'pub fn f() {}' >x.rs; mkdir x; echo 'pub fn g() {}' >x/y.rs",
    edit: "rm x.rs; mv x/y.rs x/mod.rs",
  },
  {
    name: "x.rs that appears beside x/mod.rs",
    tree: "echo 'pub mod x;' >a.rs; mkdir x; echo 'pub fn f() {}' >x/mod.rs",
    edit: "echo 'pub fn g() {}' >x.rs",
  },
  {
    name: "a module behind a link, retargeted",
    tree: "echo '#[path = \"to/m.rs\"] pub mod m;' >a.rs; mkdir b c; echo 'pub fn f() {}' >b/m.rs; : >c/m.rs; ln -s b to",
    edit: "ln -sfn c to",
  },
  {
    name: "a file of include_str!",
    tree: "echo 'pub static A: &str = include_str!(\"text\");' >a.rs; echo one >text",
    edit: "echo two >text",
  },
  {
    name: "a file of include_bytes!",
    tree: "echo 'pub static A: &[u8] = include_bytes!(concat!(\"te\", \"xt\"));' >a.rs; printf '\\001' >text",
    edit: "printf '\\002' >text",
  },
  {
    name: "a file in OUT_DIR",
    tree: "mkdir o; echo 'include!(concat!(env!(\"OUT_DIR\"), \"/b.rs\"));' >a.rs; echo 'pub fn f() {}' >o/b.rs",
    script: `OUT_DIR=$PWD/o ${LIB}`,
    edit: "echo 'pub fn g() {}' >o/b.rs",
  },
  {
    name: "OUT_DIR",
    tree: "echo 'include!(concat!(env!(\"OUT_DIR\"), \"/b.rs\"));' >a.rs; mkdir o p; echo 'pub fn f() {}' >o/b.rs; : >p/b.rs",
    script: `OUT_DIR=$PWD/o ${LIB}`,
    second: `OUT_DIR=$PWD/p ${LIB}`,
  },
  {
    name: "a variable of env!",
    tree: "echo 'pub static A: &str = env!(\"SET\");' >a.rs",
    env: { SET: "one" },
    secondEnv: { SET: "two" },
  },
  {
    name: "a variable of env! that is no longer set",
    tree: "echo 'pub static A: &str = env!(\"SET\");' >a.rs",
    env: { SET: "one" },
    secondEnv: {},
  },
  {
    name: "a variable of option_env! that is set",
    tree: "echo 'pub static A: Option<&str> = option_env!(\"SET\");' >a.rs",
    env: {},
    secondEnv: { SET: "" },
  },
  {
    name: "RUSTC_BOOTSTRAP",
    tree: "echo '#![feature(never_type)] pub fn f() -> ! { loop {} }' >a.rs",
    env: { RUSTC_BOOTSTRAP: "1" },
    secondEnv: {},
  },
  {
    name: "--cfg",
    tree: "echo '#[cfg(feature = \"f\")] pub fn f() {}' >a.rs",
    second: `${LIB} --cfg 'feature="f"'`,
  },
  {
    name: "a job server that cannot be reached, which rustc tells by its name",
    tree: HELLO,
    script: BIN,
    env: { MAKEFLAGS: "-j --jobserver-auth=97,98" },
    secondEnv: { MAKEFLAGS: "-j --jobserver-auth=87,88" },
  },
  { name: "-C opt-level", tree: "echo 'pub fn f(x: u32) -> u32 { x * 3 }' >a.rs", second: `${LIB} -C opt-level=3` },
  {
    name: "the value of a path's prefix",
    tree: HELLO,
    script: `${BIN} --remap-path-prefix "$PWD=/x" -g`,
    second: `${BIN} --remap-path-prefix "$PWD=/y" -g`,
  },
  {
    name: "an @file",
    tree: "echo '#[cfg(f)] pub fn f() {}' >a.rs; printf -- '--crate-name\\na\\n--crate-type\\nlib\\na.rs\\n' >options",
    script: "$R @options --out-dir out",
    edit: "printf -- '--cfg\\nf\\n' >>options",
  },
  {
    name: "standard input",
    tree: "echo 'pub fn f() {}' >a.rs",
    script: "$R --crate-name a --crate-type lib --out-dir out - <a.rs",
    edit: "echo 'pub fn g() {}' >a.rs",
  },
  {
    name: "the directory, which is in the debug information",
    tree: `mkdir b; ${HELLO}`,
    script: `S=$PWD; ${BIN_THERE}`,
    second: `S=$PWD; cd b; ${BIN_THERE}`,
  },
  { name: "a crate that is needed", tree: NEEDS_CRATE, script: USE_CRATE, edit: REMAKE_CRATE },
  {
    name: "a crate that is needed, whose metadata do",
    tree: NEEDS_CRATE,
    script: `${USE_CRATE} --crate-type lib --emit=metadata`,
    edit: REMAKE_CRATE,
  },
  { name: "a crate that a crate needs, which no longer fits", tree: CHAIN, script: USE_CHAIN, edit: REMAKE_CRATE },
  {
    name: "a crate that a crate needs, and that one",
    tree: CHAIN,
    script: USE_CHAIN,
    edit: CHAIN.replace("mkdir deps", ":").replace("{ 1 }", "{ 3 }"),
  },
  { name: "a crate that a crate needs, gone", tree: CHAIN, script: USE_CHAIN, edit: "rm deps/libdep-d.rlib" },
  {
    name: "a crate that is needed, changed in its place as soon as it is made",
    tree: `${NEEDS_CRATE}cp deps/libdep-d.rlib one.rlib${REMAKE_CRATE}mv deps/libdep-d.rlib two.rlib; sed -i "s/2 }/1 }/" dep.rs`,
    // As no other case calls it.
    script: `${MAKE_HERE}; ${USE_CRATE} --cfg here`,
    second: `${MAKE_HERE}; cat two.rlib >deps/libdep-d.rlib; ${USE_CRATE} --cfg here`,
  },
  {
    name: "a second crate of a name, where only the name is given",
    tree: `${NEEDS_CRATE}mkdir more`,
    script: `${BIN} -L more -L deps --extern dep`,
    edit: "echo 'pub fn value() -> u32 { 5 }' >dep.rs; RUSTC --crate-name dep --crate-type lib --out-dir more dep.rs -C metadata=e",
  },
];

describe.skipIf(noRust !== undefined)(titled("a stored crate is not given for other sources,", noRust), () => {
  let at: RustStage;
  beforeAll(() => {
    at = new RustStage();
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each(CASES.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    await expectRight(at, each);
  });

  test("that no job server could be reached is not said to others", async () => {
    const script = `${BIN} --cfg served`;
    const without = sceneOf(HELLO, script, { MAKEFLAGS: "-j --jobserver-auth=97,98" });
    expect((await at.expectHits(without)).stderr).toContain("jobserver");
    const alone = sceneOf(HELLO, script);
    expect((await at.cachedRun(alone)).effect).toEqual(await at.bareRun(alone));
  });

  test("a job server that can't be reached is told of, though a result without that is there", async () => {
    const script = `${BIN} --cfg unserved`;
    const alone = sceneOf(HELLO, script);
    expect((await at.expectHits(alone)).stderr).toBe("");
    const without = sceneOf(HELLO, script, { MAKEFLAGS: "-j --jobserver-auth=97,98" });
    expect((await at.expectHits(without)).stderr).toContain("jobserver");
    // As what calls it otherwise was told nothing.
    const { starts } = await at.cachedRun(alone);
    expect(starts).toBe(0);
  });

  test.skipIf(noMake !== undefined)(titled("make's job server reaches rustc", noMake), async () => {
    const rule = `printf 'all: ; +%s\\n' '${BIN} -C codegen-units=4 -O' >Makefile`.replace("$R", "$(R)");
    const { stderr } = await at.expectHits(sceneOf(`${HELLO}; ${rule}`, "export R; make -s -j2"));
    expect(stderr).not.toContain("jobserver");
  });

  test.each([
    ["another crate", ": >deps/libother-1f.rlib"],
    [
      "a crate of that name and another hash",
      REMAKE_CRATE.replace("filename=-d", "filename=-e").replace("metadata=d", "metadata=e"),
    ],
    ["a temporary directory of rustc", "mkdir deps/rmetaX1; : >deps/rmetaX1/full.rmeta"],
  ])("but %s in a directory of -L dependency= does not matter", async (_, edit) => {
    const plain = sceneOf(CHAIN, `${USE_CHAIN} --cfg 'is="${edit.length}"'`);
    await at.expectHits(plain);
    const after = sceneOf(`${CHAIN}\n${edit}`, plain.script);
    expect(await at.cachedRun(after)).toEqual({ effect: await at.bareRun(after), starts: 0 });
  });
});
