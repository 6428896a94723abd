// What changes between two runs of rustc, and the check that each run makes and says what it would without zccache.

import type { Environment } from "../../support/run.ts";
import { rustTools } from "../../support/rust-tools.ts";
import type { Scene } from "../fidelity/three-ways.ts";
import type { RustStage } from "./rust-stage.ts";

/** What changes between two runs of a script. `RUSTC` in `tree` and `edit` is rustc as no one counts it. */
export type Case = {
  readonly name: string;
  /** Makes the tree, run by sh in a directory that has a directory `out`. */
  readonly tree: string;
  readonly script?: string;
  /** What happens to the tree, run by sh. */
  readonly edit?: string;
  /** Takes the script's place after the change. */
  readonly second?: string;
  readonly env?: Environment;
  readonly secondEnv?: Environment;
};

/** Calls that scripts make; the source is a.rs. */
export const LIB = "$R --crate-name a --crate-type lib --out-dir out a.rs";
export const BIN = "$R --crate-name a --out-dir out a.rs -C metadata=1";

/** Makes a source. */
export const HELLO = "echo 'fn main() { println!(\"hello\"); }' >a.rs";

/** A scene whose tree this makes. */
export function sceneOf(tree: string, script: string, env: Environment = {}): Scene {
  return { prepare: inShell(`mkdir out\n${tree}`), script, env };
}

/** What makes a tree, with rustc in its place. */
export function inShell(script: string): string {
  return script.replaceAll("RUSTC ", `${rustTools().rustc} `);
}

/** Asserts that a case is right before and after the change, and after it was undone. */
export async function expectRight(at: RustStage, each: Case): Promise<void> {
  const { tree, script = LIB, edit = ":", second = script, env = {}, secondEnv = env } = each;
  await at.expectFresh(sceneOf(tree, script, env), sceneOf(`${tree}\n${edit}`, second, secondEnv));
}
