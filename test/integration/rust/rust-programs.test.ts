// A stored crate is not given when what rustc starts or loads does otherwise: linkers, native libraries, macros, itself.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import { BIN, type Case, expectRight, HELLO, inShell, LIB } from "./rust-case.ts";
import { RustStage } from "./rust-stage.ts";

setDefaultTimeout(600_000);

const NATIVE = `
mkdir -p lib early; echo 'extern "C" { fn n() -> i32; } fn main() { println!("{}", unsafe { n() }); }' >a.rs
echo 'int n(void) { return 1; }' >n.c; gcc -c -fPIC n.c -o lib/n.o; ar rcsD lib/libn.a lib/n.o
gcc -shared lib/n.o -Wl,-soname,libone.so -o lib/libs.so
echo 'int n(void) { return 2; }' >n.c; gcc -c -fPIC n.c -o early/n.o
`;

/** Bodies of macros. */
const MACROS = {
  one: '"one".to_string()',
  reads: 'std::fs::read_to_string("data/file").unwrap()',
  lists: 'format!("{}", std::fs::read_dir("data").unwrap().count())',
  asks: 'format!("{}", std::path::Path::new("data/more").exists())',
  starts: 'String::from_utf8(std::process::Command::new("cat").arg("data/file").output().unwrap().stdout).unwrap()',
  version: 'std::env::var("CARGO_PKG_VERSION").unwrap()',
  package: 'std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")).map(|(_, value)| value).collect()',
  all: 'std::env::vars().filter(|(name, _)| name == "ANY").map(|(_, value)| value).collect()',
  variable: 'std::env::var("ANY").unwrap_or_default()',
};

/** Makes the crate of these macros. */
const MAKE_MACROS = `
cat >macro.rs <<'END'
extern crate proc_macro;
use proc_macro::TokenStream;
${Object.entries(MACROS)
  .map(
    ([name, body]) => `#[proc_macro]
pub fn ${name}(_: TokenStream) -> TokenStream {
  let text: String = ${body};
  format!("{:?}", text).parse().unwrap()
}`,
  )
  .join("\n")}
END
RUSTC --crate-name says --crate-type proc-macro --out-dir . macro.rs -C prefer-dynamic
`;

/** A crate that uses one of them. */
const macro = (name: keyof typeof MACROS): string => `
mkdir data; echo one >data/file; cp -a ../made deps
echo 'pub static SAID: &str = says::${name}!();' >a.rs
`;
const USE_MACRO = `${LIB} --edition 2021 --extern says=deps/libsays.so`;

const linker = (option: string): string => `printf '#!/bin/sh\\nexec gcc "$@" -Wl,--build-id=${option}\\n'`;
const compiler = (level: number): string => `printf '#!/bin/sh\\nexec rustc "$@" -Copt-level=${level}\\n'`;

const CASES: readonly Case[] = [
  {
    name: "the linker of -C linker, in its place",
    tree: `${HELLO}; ${linker("0x12")} >gcc-1; chmod +x gcc-1`,
    script: `${BIN} -C linker=./gcc-1`,
    edit: `${linker("0x34")} >gcc-1`,
  },
  {
    name: "another linker",
    tree: `${HELLO}; ${linker("0x12")} >gcc-1; ${linker("0x34")} >gcc-2; chmod +x gcc-1 gcc-2`,
    script: `${BIN} -C linker=./gcc-1`,
    second: `${BIN} -C linker=./gcc-2`,
  },
  {
    name: "a cc that is earlier on PATH",
    tree: `${HELLO}; mkdir bin`,
    script: `PATH=$PWD/bin:$PATH; ${BIN}`,
    edit: `${linker("0x12")} >bin/cc; chmod +x bin/cc`,
  },
  {
    name: "a native archive",
    tree: NATIVE,
    script: `${BIN} -L native=lib -l static=n`,
    edit: "rm lib/libn.a; ar rcsD lib/libn.a early/n.o",
  },
  {
    name: "a native archive that gets into a library",
    tree: NATIVE,
    script: `${LIB} -L native=lib -l static=n`,
    edit: "rm lib/libn.a; ar rcsD lib/libn.a early/n.o",
  },
  {
    name: "a native archive that is earlier on the way",
    tree: NATIVE,
    script: `${BIN} -L native=early -L native=lib -l static=n`,
    edit: "ar rcsD early/libn.a early/n.o",
  },
  {
    name: "a native shared library",
    tree: NATIVE,
    script: `${BIN} -L native=lib -l dylib=s`,
    edit: "gcc -shared lib/n.o -Wl,-soname,libtwo.so -o lib/libs.so",
  },
  {
    name: "an object of -C link-arg",
    tree: NATIVE,
    script: `${BIN} -C link-arg=lib/n.o`,
    edit: "cp early/n.o lib/n.o",
  },
  {
    name: "a macro",
    tree: macro("one"),
    script: USE_MACRO,
    edit: "cd deps; sed -i 's/one\\(..to_\\)/two\\1/' macro.rs; RUSTC --crate-name says --crate-type proc-macro --out-dir . macro.rs -C prefer-dynamic",
  },
  {
    name: "a file that a macro reads",
    tree: macro("reads"),
    script: USE_MACRO,
    edit: "echo two >data/file",
  },
  {
    name: "a directory that a macro lists",
    tree: macro("lists"),
    script: USE_MACRO,
    edit: ": >data/more",
  },
  {
    name: "a file that a macro asks for",
    tree: macro("asks"),
    script: USE_MACRO,
    edit: ": >data/more",
  },
  {
    name: "what a program reads that a macro starts",
    tree: macro("starts"),
    script: USE_MACRO,
    edit: "echo two >data/file",
  },
  {
    name: "what cargo tells of a package, which a macro asks for",
    tree: macro("version"),
    script: USE_MACRO,
    env: { CARGO_PKG_VERSION: "1.0.0" },
    secondEnv: { CARGO_PKG_VERSION: "1.0.1" },
  },
  {
    name: "what cargo tells of a package, which a macro finds among all variables",
    tree: macro("package"),
    script: USE_MACRO,
    env: { CARGO_PKG_NAME: "one" },
    secondEnv: { CARGO_PKG_NAME: "two" },
  },
  {
    name: "any variable that a macro asks for",
    tree: macro("variable"),
    script: USE_MACRO,
    env: {},
    secondEnv: { ANY: "two" },
  },
  {
    name: "rustc itself, in its place",
    tree: `${HELLO}; mkdir bin; ${compiler(0)} >bin/rustc; chmod +x bin/rustc`,
    script: BIN.replace("$R", `\${R%rustc}bin/rustc`),
    edit: `${compiler(3)} >bin/rustc`,
  },
  {
    name: "rustc itself, asked for its version",
    tree: "mkdir bin; printf '#!/bin/sh\\nrustc -V >/dev/null\\necho one\\n' >bin/rustc; chmod +x bin/rustc",
    script: `\${R%rustc}bin/rustc -vV`,
    edit: "printf '#!/bin/sh\\nrustc -V >/dev/null\\necho two\\n' >bin/rustc",
  },
];

describe.skipIf(noRust !== undefined)(titled("a stored crate is not given for other programs,", noRust), () => {
  let at: RustStage;
  beforeAll(async () => {
    if (noRust !== undefined) return;
    at = new RustStage();
    await at.make(inShell(MAKE_MACROS));
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each(CASES.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    await expectRight(at, each);
  });

  test("any variable that a macro finds among all", async () => {
    const tree = macro("all");
    await expectRight(at, { name: "all", tree, script: USE_MACRO, env: { ANY: "one" }, secondEnv: { ANY: "two" } });
  });
});
