// A program of Rust and C++: what its build script compiles and archives by `$CXX` and `$AR` comes from the cache beside the
// crates, and is what cargo makes without zccache.

import { expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import { CargoStage } from "./cargo-stage.ts";

setDefaultTimeout(600_000);

const MIXED = `
sed -i 's/members.*/members = ["app"]/' Cargo.toml; rm -r app made says util capi; mkdir -p app/src app/cxx
printf '[package]\\nname = "app"\\nversion = "1.2.3"\\nedition = "2021"\\n' >app/Cargo.toml
cat >app/build.rs <<'END'
use std::{env, path::PathBuf, process::Command};
fn call(tool: &str, args: &[&str]) {
  let words = env::var(tool).unwrap();
  let mut words = words.split(' ');
  assert!(Command::new(words.next().unwrap()).args(words).args(args).status().unwrap().success());
}
fn main() {
  let out = PathBuf::from(env::var("OUT_DIR").unwrap());
  let at = |name: &str| out.join(name).to_str().unwrap().to_string();
  for name in ["one", "two"] {
    call("CXX", &["-O1", "-Icxx", "-c", &format!("cxx/{name}.cc"), "-o", &at(&format!("{name}.o"))]);
  }
  call("AR", &["crsD", &at("libcxx.a"), &at("one.o"), &at("two.o")]);
  println!("cargo:rerun-if-changed=cxx");
  println!("cargo:rustc-link-search=native={}", out.display());
  println!("cargo:rustc-link-lib=static=cxx\\ncargo:rustc-link-lib=stdc++");
}
END
echo 'extern "C" { fn one() -> i32; fn two() -> i32; } fn main() { unsafe { println!("{} {}", one(), two()) } }' >app/src/main.rs
echo 'inline int value() { return 1; }' >app/cxx/value.h
printf '#include <string>\\n#include "value.h"\\nextern "C" int one() { return std::to_string(value()).size(); }\\n' >app/cxx/one.cc
printf '#include <vector>\\n#include "value.h"\\nextern "C" int two() { return std::vector<int>{value(), 2}.front(); }\\n' >app/cxx/two.cc
`;

const none = noRust ?? missingTool("c++", "ar");

test.skipIf(none !== undefined)(titled("Rust and C++ are cached in one build", none), async () => {
  await using at = new CargoStage();
  await at.lay(MIXED);
  const env = { CARGO_INCREMENTAL: "0" };
  const bare = { args: ["build"], env: { ...env, CXX: "c++", AR: "ar" } };
  const cached = { args: ["build"], env: { ...env, CXX: `${at.box.binary} c++`, AR: `${at.box.binary} ar` } };
  const oracle = await at.oracle(bare);
  expect(oracle.differing.size).toBe(0);
  const rustOnly = (await at.expectHitsButFailures(bare, oracle)).hits;
  await at.expectAllHits(cached, oracle, rustOnly + 3);
  expect((await at.cached(cached)).said.join("\n")).not.toContain("Compiling");
  await at.edit("sed -i 's/return 1/return 7/' app/cxx/value.h");
  const changed = await at.repeatableOracle(bare);
  expect(changed.built.program).toBe("1 7\n");
  await at.expectAllHits(cached, changed, rustOnly + 3);
});
