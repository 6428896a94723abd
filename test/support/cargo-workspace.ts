// A small workspace for cargo that needs nothing from outside: a program, a library, a procedural macro, a build script
// with a native library, a C interface.

import type { Files } from "./file-tree.ts";

const manifest = (name: string, more = ""): string =>
  `[package]\nname = "${name}"\nversion = "1.2.3"\nedition = "2021"\n${more}`;

/** Files by path. `native/libn.a` is to be made by `nativeLibrary`. */
export const WORKSPACE: Files = {
  "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["app", "util", "says", "made", "capi"]\n',

  "app/Cargo.toml": manifest(
    "app",
    '[features]\nextra = []\n[dependencies]\nutil = { path = "../util" }\nsays = { path = "../says" }\nmade = { path = "../made" }\n',
  ),
  "app/said.txt": "said",
  "app/src/main.rs": `mod part;
fn main() {
  let unused = 1;
  println!("{} {} {}", util::value(), part::PART, util::twice(4u8));
  println!("{} {} {}", made::GENERATED, made::TOLD, made::chosen());
  println!("{} {} {}", says::says!(), made::native(), env!("CARGO_PKG_VERSION"));
  println!("{} {:?}", cfg!(feature = "extra"), option_env!("SET_OUTSIDE"));
}
`,
  "app/src/part.rs": 'pub const PART: &str = include_str!("part.txt");\n',
  "app/src/part.txt": "part",
  "app/tests/outside.rs": "#[test]\nfn says() { assert_eq!(util::value(), 1); }\n",

  "util/Cargo.toml": manifest("util"),
  "util/src/lib.rs": `fn dead() {}
pub fn value() -> u32 { 1 }
pub fn twice<T: std::ops::Add<Output = T> + Copy>(x: T) -> T { x + x }
#[test]
fn one() { assert_eq!(value(), 1); }
`,

  "says/Cargo.toml": manifest("says", "[lib]\nproc-macro = true\n"),
  "says/src/lib.rs": `use proc_macro::TokenStream;
/// What stands in said.txt of the package that asks.
#[proc_macro]
pub fn says(_: TokenStream) -> TokenStream {
  let directory = std::env::var("CARGO_MANIFEST_DIR").unwrap();
  let text = std::fs::read_to_string(directory + "/said.txt").unwrap();
  format!("{:?}", text).parse().unwrap()
}
`,

  "made/Cargo.toml": manifest("made"),
  "made/config.txt": "one",
  "made/build.rs": `use std::{env, fs, path::Path};
fn main() {
  println!("cargo:rerun-if-changed=config.txt");
  println!("cargo:rerun-if-changed=native/libn.a");
  println!("cargo:rustc-check-cfg=cfg(chosen)");
  let config = fs::read_to_string("config.txt").unwrap();
  let code = format!("pub const GENERATED: &str = {:?};", config);
  fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("made.rs"), code).unwrap();
  println!("cargo:rustc-env=TOLD=told-{}", config.len());
  if config.contains("chosen") { println!("cargo:rustc-cfg=chosen"); }
  println!("cargo:rustc-link-search=native={}/native", env::var("CARGO_MANIFEST_DIR").unwrap());
  println!("cargo:rustc-link-lib=static=n");
}
`,
  "made/src/lib.rs": `include!(concat!(env!("OUT_DIR"), "/made.rs"));
pub const TOLD: &str = env!("TOLD");
pub fn chosen() -> bool { cfg!(chosen) }
extern "C" { fn n() -> i32; }
pub fn native() -> i32 { unsafe { n() } }
`,

  "capi/Cargo.toml": manifest(
    "capi",
    '[lib]\ncrate-type = ["cdylib", "rlib"]\n[dependencies]\nutil = { path = "../util" }\n',
  ),
  "capi/src/lib.rs": '#[no_mangle]\npub extern "C" fn capi() -> u32 { util::value() }\n',
};

/** Makes a native library whose function gives this, run by sh in the workspace. */
export const nativeLibrary = (value: number): string => `
mkdir -p made/native; cd made/native; rm -f libn.a
echo 'int n(void) { return ${value}; }' >n.c; gcc -c n.c -o n.o; ar rcsD libn.a n.o; rm n.c n.o
`;
