// What cargo leaves in a target directory for others: crates, programs, depfiles, what build scripts made. Its own records
// (fingerprints, times, what rustc said of itself) and rustc's scratch are none of it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Snapshot, snapshot } from "./compare-trees.ts";

const OWN_RECORDS =
  /(^|\/)(\.fingerprint|incremental)(\/|$)|\.timestamp$|(^|\/)\.(rustc_info\.json|cargo-[a-z-]*lock)$/;

/** cargo writes it once for each output of that name; whichever is the last stands in it. */
const CARGO_DEPFILE = /^[^/]+\/[^/]+\.d$/;

/** Kinds, modes and contents by path. */
export function cargoArtifacts(target: string): Snapshot {
  const states = [...snapshot(target, (path) => !OWN_RECORDS.test(path))];
  return new Map(
    states.map(([path, state]) => [path, CARGO_DEPFILE.test(path) ? inputsIn(join(target, path)) : state]),
  );
}

function inputsIn(depfile: string): string {
  return readFileSync(depfile, "latin1").replace(/^[^:]*:/, "");
}
