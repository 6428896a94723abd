// The directory that rustc is called in, and the one that it writes to: where they show in what is made, in whatever way,
// a result for others is not given.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import { type Case, expectRight, HELLO, inShell, sceneOf } from "./rust-case.ts";
import { RustStage } from "./rust-stage.ts";

setDefaultTimeout(60_000);

const call = (place: string, options: string, source = "a.rs"): string =>
  `S=$PWD; cd ${place}; $R --crate-name a --crate-type bin --emit=dep-info,link --out-dir $S/out/debug/deps ${source} -C metadata=1 ${options}`;
const elsewhere = (options: string) => ({ script: call("one", options), second: call("longer", options) });
/** In a depfile the directory would be found. */
const withoutDepfile = (scripts: { script: string; second: string }) => ({
  script: scripts.script.replace("dep-info,", ""),
  second: scripts.second.replace("dep-info,", ""),
});
/** The same source in both directories. */
const both = (source: string): string =>
  `mkdir -p one longer out/debug/deps; echo '${source}' | tee one/a.rs >longer/a.rs`;
const HELLO_IN_BOTH = both('fn main() { println!("hello"); }');

const PRINT_LENGTH = (text: string) => both(`static N: usize = ${text}.len(); fn main() { println!("{}", N); }`);

/** Asks for the directory where no trace shows it, and hides what it is told. */
const MAKE_MACRO = `
cat >macro.rs <<'END'
extern crate proc_macro;
#[proc_macro]
pub fn length(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
  std::env::current_dir().unwrap().to_str().unwrap().len().to_string().parse().unwrap()
}
END
RUSTC --crate-name says --crate-type proc-macro --out-dir . macro.rs -C prefer-dynamic
`;

const toPlace = (place: string, options: string): string =>
  `mkdir -p out/${place}/debug/deps; $R --crate-name a --emit=dep-info,link --out-dir $PWD/out/${place}/debug/deps a.rs -C metadata=1 ${options}`;
const intoAnother = (options: string) => ({ script: toPlace("x", options), second: toPlace("y/z", options) });

const CASES: readonly Case[] = [
  { name: "debug information", tree: HELLO_IN_BOTH, ...elsewhere("-g") },
  {
    name: "debug information that the linker packs",
    tree: HELLO_IN_BOTH,
    ...elsewhere("-g -C link-arg=-Wl,--compress-debug-sections=zlib"),
  },
  {
    name: "what is left where the beginning is replaced",
    tree: HELLO_IN_BOTH,
    ...elsewhere('-g --remap-path-prefix "$S=."'),
  },
  { name: "a path that the linker is told", tree: HELLO_IN_BOTH, ...elsewhere("-C link-arg=-Wl,-rpath,$PWD") },
  {
    name: "the length of PWD",
    tree: PRINT_LENGTH('env!("PWD")'),
    ...withoutDepfile(elsewhere("")),
  },
  {
    name: "the length of a source's absolute path",
    tree: PRINT_LENGTH("file!()"),
    ...withoutDepfile({ script: call("one", "", "$PWD/a.rs"), second: call("longer", "", "$PWD/a.rs") }),
  },
  {
    name: "what a macro makes of it",
    tree: `${both('fn main() { println!("{}", says::length!()); }')}; cp ../made/libsays.so out/debug/deps`,
    ...elsewhere("--edition 2021 --extern says=$S/out/debug/deps/libsays.so"),
  },
  { name: "-C rpath", tree: HELLO, ...intoAnother("-C prefer-dynamic -C rpath") },
  {
    name: "names of files of debug information",
    tree: HELLO,
    ...intoAnother('-g -C split-debuginfo=packed --remap-path-prefix "$PWD=."'),
  },
];

describe.skipIf(noRust !== undefined)(titled("a result of another directory", noRust), () => {
  let at: RustStage;
  beforeAll(async () => {
    if (noRust !== undefined) return;
    at = new RustStage();
    await at.make(inShell(MAKE_MACRO));
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each(CASES.map((each) => [each.name, each] as const))("is not given for %s", async (_, each) => {
    await expectRight(at, each);
  });

  test.each([
    "--cfg moved",
    "--cfg moved --test",
    '-g --remap-path-prefix "$PWD=/x"',
    '-C link-arg=-Wl,--build-id --cfg "here"',
  ])("is given where it does not show, with %s", async (options) => {
    const { script, second } = elsewhere(options);
    const [here, there] = [sceneOf(HELLO_IN_BOTH, script), sceneOf(HELLO_IN_BOTH, second)];
    await at.expectHits(here);
    expect(await at.cachedRun(there)).toEqual({ effect: await at.bareRun(there), starts: 0 });
  });
});
