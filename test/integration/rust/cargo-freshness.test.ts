// After a warm build each change makes what cargo makes of it without zccache, whether it builds on or anew, and what was
// there before the change comes from the cache again.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { nativeLibrary } from "../../support/cargo-workspace.ts";
import { titled } from "../../support/missing.ts";
import type { Environment } from "../../support/run.ts";
import { noRust } from "../../support/rust-tools.ts";
import { type CargoCall, CargoStage, type Oracle } from "./cargo-stage.ts";

setDefaultTimeout(600_000);

/** A change of the workspace, by sh, or of the call; and what the program says of it, if it says anything else. */
type Change = {
  readonly name: string;
  readonly edit?: string;
  readonly args?: readonly string[];
  readonly env?: Environment;
  readonly says?: string;
  /** Set if cargo takes no notice, so that only a build from nothing shows it. */
  readonly unseen?: true;
};

const LINKER = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER";

const CHANGES: readonly Change[] = [
  { name: "a source", edit: "sed -i 's/u32 { 1 }/u32 { 5 }/' util/src/lib.rs", says: "5 part 8\n" },
  { name: "a generic function", edit: "sed -i 's/{ x + x }/{ x + x + x }/' util/src/lib.rs", says: "1 part 12\n" },
  { name: "a file of include_str!", edit: "printf other >app/src/part.txt", says: "1 other 8\n" },
  {
    name: "a module elsewhere",
    edit: "mkdir app/src/part; mv app/src/part.rs app/src/part/mod.rs; mv app/src/part.txt app/src/part",
  },
  { name: "a feature", args: ["--features", "app/extra"], says: "true None\n" },
  { name: "a variable of option_env!", env: { SET_OUTSIDE: "x" }, says: 'false Some("x")\n' },
  { name: "the version of the package", edit: "sed -i 's/1.2.3/2.0.0/' app/Cargo.toml", says: " 2.0.0\n" },
  { name: "what a build script reads", edit: "printf 'chosen' >made/config.txt", says: "chosen told-6 true\n" },
  { name: "a build script", edit: "sed -i 's/told-/heard-/' made/build.rs", says: "one heard-3 false\n" },
  { name: "a native library", edit: nativeLibrary(9), says: "said 9 1.2.3\n" },
  { name: "a macro", edit: "sed -i 's/, text)/, text + \"!\")/' says/src/lib.rs", says: "said! 1 1.2.3\n" },
  { name: "a file that a macro reads", edit: "printf heard >app/said.txt", says: "heard 1 1.2.3\n", unseen: true },
  { name: "RUSTFLAGS", env: { RUSTFLAGS: "-C debug-assertions=no --cfg other" } },
  { name: "the processor, as RUSTFLAGS name it", env: { RUSTFLAGS: "-C target-cpu=native" } },
  {
    name: "the linker",
    edit: "printf '#!/bin/sh\\nexec gcc \"$@\" -Wl,--build-id=0x12\\n' >link-gcc; chmod +x link-gcc",
    env: { [LINKER]: "./link-gcc" },
  },
  { name: "a profile", edit: "printf '[profile.dev]\\nopt-level = 2\\n' >>Cargo.toml" },
  { name: "the edition", edit: "sed -i 's/2021/2018/' util/Cargo.toml" },
];

// Without incremental compilation two builds are the same byte for byte.
const ENV = { CARGO_INCREMENTAL: "0" };
const CALL: CargoCall = { args: ["build"], env: ENV };

describe.skipIf(noRust !== undefined)(titled("cargo makes anew what is affected by", noRust), () => {
  let at: CargoStage;
  let original: Oracle;
  beforeAll(async () => {
    if (noRust !== undefined) return;
    at = new CargoStage();
    await at.lay();
    original = await at.repeatableOracle(CALL);
    await at.expectHits(CALL, original);
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each(CHANGES.map((each) => [each.name, each] as const))(
    "%s",
    async (_, { edit, args = [], env, says, unseen }) => {
      const call = { args: ["build", ...args], env: { ...ENV, ...env } };
      await at.lay(edit);
      const changed = await at.repeatableOracle(call);
      if (says !== undefined) expect(changed.built.program).toContain(says);
      expect(changed.built.artifacts).not.toEqual(original.built.artifacts);

      await at.lay();
      await at.expectHits(CALL, original);
      if (edit !== undefined) await at.edit(edit);
      const onward = await at.cached(call);
      if (unseen === undefined) {
        expect(onward.program).toBe(changed.built.program);
        expect(onward.starts).toBeGreaterThan(0);
      }
      at.clean();
      const anew = await at.cached(call);
      changed.expectSame(anew);
      if (unseen !== undefined) expect(anew.starts).toBeGreaterThan(0);
      await at.expectHits(call, changed);

      await at.lay();
      await at.expectHits(CALL, original);
    },
  );
});
