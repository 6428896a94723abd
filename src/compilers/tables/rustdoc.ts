// Options of rustdoc, from `rustdoc --help` of 1.95 and 1.96, without those that only pages of HTML, tests or files of
// their own have.

import { RUST_OPTIONS, type RustOption, type RustOptions } from "./rustc.ts";

const PLAIN: RustOption = { value: false };
const VALUED: RustOption = { value: true };
const ASKS: RustOption = { value: false, act: "question" };

const AS_RUSTC = [
  ..."--allow --cap-lints --cfg --check-cfg --codegen --color --crate-name --crate-type --deny".split(" "),
  ..."--diagnostic-width --edition --error-format --extern --forbid --force-warn --help --json --out-dir".split(" "),
  ..."--remap-path-prefix --sysroot --target --test --verbose --version --warn".split(" "),
  ..."-A -C -D -F -L -V -W -Z -h -v".split(" "),
];

/** By name, as `RUST_OPTIONS`. */
export const RUSTDOC_OPTIONS: RustOptions = new Map<string, RustOption>([
  ...[...RUST_OPTIONS].filter(([name]) => AS_RUSTC.includes(name)),
  ["--check", ASKS],
  ["--crate-version", VALUED],
  ["--document-hidden-items", PLAIN],
  ["--document-private-items", PLAIN],
  ["--library-path", { value: true, act: "library-path" }],
  ["--output", { value: true, act: "out-dir" }],
  ["--output-format", { value: true, act: "format" }],
  ["--show-coverage", ASKS],
  ["-o", { value: true, act: "out-dir" }],
  ["-vV", ASKS],
  ["-Vv", ASKS],
  ["-w", { value: true, act: "format" }],
]);
