// What rustc says is the same byte for byte from the cache, in each form that can be asked for; failures are rustc's own
// each time.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import type { Scene } from "../fidelity/three-ways.ts";
import { RustStage } from "./rust-stage.ts";

setDefaultTimeout(600_000);

/** As cargo asks for them. */
const CARGO_FORM = "--error-format=json --json=diagnostic-rendered-ansi,artifacts,future-incompat";

const FORMS = [
  "",
  "--color=always",
  "--color=never",
  "--error-format=human --diagnostic-width=60",
  "--error-format=short",
  "--error-format=json",
  "--error-format=json --json=diagnostic-short,unused-externs-silent",
  CARGO_FORM,
  `${CARGO_FORM} --cap-lints=allow`,
  `${CARGO_FORM} -W unused-crate-dependencies -W missing-docs`,
];

const OPTIONS = "--crate-type lib --emit=dep-info,metadata,link --out-dir out";

// Warnings in a macro and a second file, beyond ASCII, too.
const WARNS = `
mkdir out
cat >a.rs <<'END'
mod deep;
macro_rules! declares { ($name:ident) => { let $name = "\u00e4\u03c9\u{1f980}"; } }
pub fn f() -> u32 { declares!(x); deep::g() }
END
printf 'pub fn g() -> u32 {\\n\\tlet mut y = 1;\\n\\tif (y == 1) { y } else { 2 }\\n}\\nfn dead() {}\\n' >deep.rs
`;

/** By the stage of the compiler that fails. */
const FAILURES: [stage: string, source: string, options?: string][] = [
  ["the lexer", 'fn f() { "'],
  ["the parser", "fn f( {}"],
  ["names", "mod none; use none::Other; fn f() { undeclared() }"],
  ["types", 'pub fn f() -> u32 { "text" }'],
  ["borrows, when metadata are there", "pub fn f() -> &'static str { let s = String::new(); &s }"],
  ["constants", "pub const A: usize = [1][3]; pub fn f() -> usize { const { panic!() } }"],
  ["a lint", "fn dead() {}", "-D warnings"],
  ["a macro", 'compile_error!("no");'],
  ["a linker that is not there", "pub fn f() {}", "--crate-type cdylib -C linker=./none"],
  ["options", "", "--edition=1999"],
  ["a crate that is not there", "extern crate none;"],
];

describe.skipIf(noRust !== undefined)(titled("rustc's messages", noRust), () => {
  let at: RustStage;
  beforeAll(() => {
    at = new RustStage();
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  const warns = (options: string): Scene => ({
    prepare: WARNS,
    env: { TERM: "xterm" },
    script: `$R --crate-name a ${OPTIONS} a.rs ${options}`,
  });

  test.each(FORMS)("are the same from the cache, with %p", async (form) => {
    const { stderr } = await at.expectHits(warns(form));
    // The macro's string or name shows wherever lints do.
    if (!form.includes("cap-lints")) expect(stderr).toContain("unused");
    if (form.includes("artifacts")) expect(stderr).toContain('"emit":"metadata"');
  });

  test.each([
    ["in colours on a terminal", "", 90],
    ["without colours on a terminal", "--color=never", 90],
  ])("are the same from the cache %s", async (_, form, columns) => {
    const { stdout } = await at.expectHits({ ...warns(`${form} --cfg terminal`), columns });
    expect(stdout.includes("\u001b[")).toBe(!form.includes("never"));
  });

  test.each([
    ["", 50],
    [CARGO_FORM, 50],
  ])("are as wide as the terminal, with %p", async (form, columns) => {
    await at.expectHits({ ...warns(`${form} --cfg narrow`), columns });
  });

  test("to a terminal and to a file are not taken for each other", async () => {
    const scene = warns("--cfg either");
    const [file, narrow] = [scene, { ...scene, columns: 150 }];
    const [said, shown] = [await at.expectHits(file), await at.expectHits(narrow)];
    expect(shown.stdout).not.toEqual(said.stderr);
    await at.expectHit(file, said);
    await at.expectHit({ ...scene, script: `TERM=dumb; export TERM; ${scene.script}` }, said);
  });

  test.each(FAILURES)("of a failure of %s are rustc's own each time", async (stage, source, options = "") => {
    const prepare = `mkdir out\ncat >a.rs <<'END'\n${source}\nEND\necho old >out/liba.rlib`;
    for (const form of ["", CARGO_FORM]) {
      const script = `$R --crate-name a ${OPTIONS} a.rs ${options} ${form}`;
      const bare = await at.expectPassed(
        { prepare, script: `${script}; E=$?; rm -rf out/rmeta*; exit $E` },
        "failed-compile",
      );
      expect(bare.exitCode).toBe(1);
      expect(bare.stderr).toContain("error");
      // What it had made by then stays.
      if (stage.includes("metadata")) expect(Object.keys(bare.files)).toContain("out/a.d");
    }
  });

  test("of a failure do not hide that the next try works", async () => {
    const script = `$R --crate-name mended ${OPTIONS} a.rs ${CARGO_FORM}`;
    const broken = { prepare: "mkdir out; echo 'pub fn f() { g() }' >a.rs", script };
    const mended = { prepare: `${broken.prepare}; echo 'fn g() {}' >>a.rs`, script };
    await at.expectPassed(broken, "failed-compile");
    const effect = await at.expectHits(mended);
    expect(effect.exitCode).toBe(0);
    await at.expectPassed(broken, "failed-compile");
  });
});
