// Every kind of call of rustc: cold and warm are what the bare compiler does, and warm starts none.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { noRust, rustTools } from "../../support/rust-tools.ts";
import { CLIENTS } from "../client/clients.ts";
import type { Scene } from "../fidelity/three-ways.ts";
import { RustStage } from "./rust-stage.ts";

setDefaultTimeout(600_000);

/** Files of every scene; `NAME` is the scene's own, so that scenes share no entry. Each source is warned of. */
const PREPARE = `
mkdir out
cat >lib.rs <<'END'
mod deep;
#[no_mangle]
pub extern "C" fn NAME(x: i32) -> i32 { let unused = 1; deep::twice(x) }
#[test]
fn twice() { assert_eq!(NAME(1), 2); }
END
echo 'pub fn twice(x: i32) -> i32 { 2 * x }' >deep.rs
echo 'fn main() { let unused = 1; println!("{}", "NAME"); }' >main.rs
cat >macro.rs <<'END'
extern crate proc_macro;
#[proc_macro]
pub fn NAME(_: proc_macro::TokenStream) -> proc_macro::TokenStream { let unused = 1; "7".parse().unwrap() }
END
printf -- '--crate-name\\nNAME\\n--crate-type=lib\\n--out-dir\\nout\\nlib.rs\\n' >arguments
`;

let scenes = 0;
function sceneOf(script: string): Scene {
  const name = `scene_${scenes++}`;
  return { prepare: PREPARE.replaceAll("NAME", name), script: script.replaceAll("NAME", name) };
}

const OUT = "$R --crate-name NAME --out-dir out";

const CACHED = [
  `${OUT} --crate-type lib lib.rs`,
  `${OUT} --crate-type rlib lib.rs -O -C codegen-units=4 -g`,
  `${OUT} --crate-type lib --emit=metadata lib.rs`,
  `${OUT} --crate-type lib --emit=dep-info,metadata,link lib.rs -C metadata=1f -C extra-filename=-1f`,
  `${OUT} --crate-type lib --emit=dep-info=out/x.d,metadata=out/libx.rmeta lib.rs`,
  `${OUT} --crate-type lib --emit=link=out/y.rlib,metadata --emit dep-info=out/z.d lib.rs`,
  `${OUT} --crate-type lib --emit=dep-info lib.rs`,
  `${OUT} --crate-type cdylib lib.rs`,
  `${OUT} --crate-type dylib lib.rs -C prefer-dynamic`,
  `${OUT} --crate-type staticlib lib.rs`,
  `${OUT} --crate-type staticlib,lib,cdylib lib.rs`,
  `${OUT} --crate-type proc-macro macro.rs -C prefer-dynamic`,
  `${OUT} --crate-type bin main.rs && out/NAME`,
  `${OUT} main.rs -C opt-level=3 -C strip=symbols -C panic=abort`,
  `${OUT} main.rs -C linker=gcc -C link-arg=-Wl,--build-id --print link-args`,
  `${OUT} --test lib.rs && out/NAME -q >/dev/null`,
  `${OUT} --crate-type lib lib.rs -C incremental=inc 2>&1; rm -rf inc`,
  "$R --crate-name NAME main.rs",
  "$R --crate-name NAME --crate-type lib lib.rs -o out/given.rlib",
  "$R main.rs -o out/given",
  "$R @arguments -O",
  "$R --crate-name NAME --out-dir out - <main.rs",
  `cd out && $R --crate-name NAME --crate-type=lib ../lib.rs --remap-path-prefix "$PWD=/there"`,
  `${OUT} main.rs 2>both >&2; cat both`,
  `umask 027; ${OUT} main.rs`,
  "$R -vV; $R --version; $R --print sysroot --print cfg",
  "echo | $R - --crate-name ___ --print=file-names --crate-type bin --crate-type rlib --print=cfg",
  "$R --explain E0001; $R -C help; $R --print target-list",
];

const REFUSED: [reason: string, script: string][] = [
  ["crate-name", "$R --out-dir out --crate-type lib lib.rs"],
  ["crate-name", "$R main.rs"],
  ["unsupported-option", `${OUT} --crate-type lib --emit=obj lib.rs`],
  ["unsupported-option", `${OUT} --crate-type lib --emit=asm,llvm-ir,mir lib.rs`],
  ["unsupported-option", `RUSTC_BOOTSTRAP=1 ${OUT} --crate-type lib -Ztime-passes=no lib.rs`],
  ["unsupported-option", "$R --crate-name NAME --emit=metadata,link --crate-type lib lib.rs -o out/given"],
  ["dump-output", `${OUT} main.rs -C save-temps; ls out | wc -l; rm -r out/*`],
  ["dump-output", `${OUT} main.rs -g -C split-debuginfo=unpacked`],
  ["dump-output", "$R --print=cfg=out/cfg"],
  ["many-sources", `${OUT} lib.rs main.rs`],
  ["no-source", OUT],
  ["unknown-option", `${OUT} --unheard-of main.rs`],
  ["unknown-option", "$R -Y main.rs"],
  ["missing-value", `${OUT} lib.rs --crate-type`],
  ["bad-response-file", "$R @none"],
  ["output-to-stdout", "$R --crate-name NAME --emit=dep-info -o - main.rs"],
  ["caller-stream", "$R --crate-name NAME --out-dir out /dev/stdin <main.rs"],
  ["failed-compile", `${OUT} --crate-type lib main.rs -D warnings`],
];

describe.skipIf(noRust !== undefined)(titled("rustc", noRust), () => {
  describe.each(CLIENTS)("through the %s client", (_, binary) => {
    let at: RustStage;
    beforeAll(() => {
      at = new RustStage(binary);
    });
    afterAll(async () => await at?.[Symbol.asyncDispose]());

    test.each(CACHED)("%s is answered from the cache", async (script) => {
      await at.expectHits(sceneOf(script));
    });
  });

  describe("through the cache", () => {
    let at: RustStage;
    beforeAll(() => {
      at = new RustStage();
    });
    afterAll(async () => await at?.[Symbol.asyncDispose]());

    test.each(REFUSED)("is run as it is, for %s: %s", async (reason, script) => {
      await at.expectPassed(sceneOf(script), reason);
    });

    test("-Zself-profile is run as it is, and its profile is written", async () => {
      const scene = sceneOf(
        `RUSTC_BOOTSTRAP=1 ${OUT} --crate-type lib -Zself-profile=profile lib.rs; ls profile | wc -l; rm -r profile`,
      );
      const { stdout } = await at.expectPassed(scene, "unsupported-option");
      expect(stdout).toBe("1\n");
    });
  });

  // rustc removes its temporary directories by descriptor.
  test.each([
    ["..", "mkdir b; cd b; $R --crate-name NAME --crate-type lib --out-dir ../out ../lib.rs"],
    ["a link", "ln -s out to; $R --crate-name NAME --crate-type lib --out-dir to lib.rs"],
  ])("--out-dir through %s is answered from the cache", async (_, script) => {
    await using at = new RustStage();
    await at.expectHits(sceneOf(script));
  });

  test.each([
    ["read-only files", "chmod 444 out/*"],
    // Linkers differ over an empty file: some write into it.
    ["empty files", "rm out/*.so; for f in out/*; do : >$f; done"],
    ["files of another mode", "chmod 600 out/*"],
    ["hard links", "mkdir far; ln out/* far"],
    ["symbolic links", "mkdir far; mv out/* far; for f in far/*; do ln -s ../$f out; done"],
  ])("over %s does from the cache what it does bare", async (_, change) => {
    await using at = new RustStage();
    const options = "--crate-name old --out-dir out --emit=dep-info,metadata,link --crate-type lib,cdylib lib.rs";
    const scene = sceneOf(`$R ${options}`);
    await at.expectHits(scene);
    const { rustc } = rustTools();
    const over = { ...scene, prepare: `${scene.prepare}\n${rustc} ${options} 2>&1\n${change}` };
    const bare = await at.bareRun(over);
    for (let round = 0; round < 2; round++) expect((await at.cachedRun(over)).effect).toEqual(bare);
  });
});
