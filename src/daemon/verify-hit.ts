// A hit that is verified: the caller has run the tool as on a miss, and behind its back the fresh outputs are compared
// with the stored result. What can't be compared is a miss like any other. Reads top to bottom.

import { accessSync, constants } from "node:fs";
import type { Entry, ManifestRow } from "../core/entry.ts";
import type { Refusal } from "../core/plan.ts";
import { absolutePath, showRaw } from "../core/raw-text.ts";
import { directoryOf, findDestination } from "../deliver/destination.ts";
import { dependenciesOf } from "../key/dependencies.ts";
import { matchManifest } from "../key/match-manifest.ts";
import { takeSnapshot } from "../key/snapshot.ts";
import { fsPath } from "../sys/fs-path.ts";
import { digestIn } from "../workers/offload.ts";
import type { CompileCall } from "./call.ts";
import { differencesOf, type FreshResult } from "./compare-result.ts";
import { keepEvidence } from "./evidence.ts";
import type { KeyedCall } from "./keyed-call.ts";
import { inputsOf } from "./run-inputs.ts";
import type { Services } from "./services.ts";
import { discardOutputs, type StagedOutputs } from "./stage-outputs.ts";
import type { FinishedRun } from "./traced-run.ts";

/** The result that a call would have been given. */
export type Expected = { readonly row: ManifestRow; readonly entry: Entry };

/** A finished run whose result was known: its outputs, or why they are not to be stored. */
export type VerifyingRun = {
  readonly run: FinishedRun;
  readonly staged: StagedOutputs | Refusal;
  readonly expected: Expected;
};

/**
 * What the comparison showed:
 * - `different`: the stored result is wrong, or the tool gives something else each time
 * - `unclear`: they differ, as two runs of this call may: in what no two share, or in content that is random by nature
 */
export type Verdict = "equal" | "different" | "unclear";

/**
 * Compares, counts and acts on it: a different result is reported, both sides are kept and the stored one is forgotten.
 * @returns false if nothing could be compared; the run is an ordinary miss then. Else the staged outputs are gone.
 * @throws the system's error if outputs can't be read.
 */
export async function verifyHit(verifying: VerifyingRun, keyed: KeyedCall, services: Services): Promise<boolean> {
  const verdict = await verdictOn(verifying, keyed, services);
  if (verdict === undefined) return false;
  services.counters.countVerification(keyed.call.plan, verdict);
  if ("outputs" in verifying.staged) discardOutputs(verifying.staged.outputs);
  return true;
}

async function verdictOn(
  { run, staged, expected }: VerifyingRun,
  keyed: KeyedCall,
  services: Services,
): Promise<Verdict | undefined> {
  if ("reason" in staged && !(staged.reason === "failed-compile" && canBeGiven(expected.entry, keyed.call))) {
    return undefined;
  }
  const { store, pool, log } = services;
  const { resultKey } = expected.row;
  const fresh: FreshResult = { outcome: run.outcome, outputs: "outputs" in staged ? staged.outputs : [] };
  const differences = await differencesOf(expected.entry, fresh, { store, digest: digestIn(pool) });
  if (differences === "corrupt") {
    // As on delivery: seen before anybody got it.
    log.warn("artifact", `Cannot verify the result ${resultKey}: it is damaged`);
    await store.drop(resultKey);
    return undefined;
  }
  if (differences.length === 0) return "equal";
  const isRandom = isRandomByNature(run, keyed.call);
  if (differences.every(({ kind }) => kind === "never-shared" || (kind === "content" && isRandom))) return "unclear";
  if (await inputsChanged(run, expected.row, { keyed, services })) return undefined;
  const words = differences.map(({ what }) => what);
  const kept = await keepEvidence({ ...expected, fresh, differences: words }, keyed, services);
  const tool = showRaw(keyed.call.tool);
  log.error("artifact", `A cached result is not what ${tool} makes now (${words.join("; ")}); ${kept}`);
  await store.drop(resultKey);
  return "different";
}

/** True if two runs of the tool make outputs of different content. */
function isRandomByNature({ observation }: FinishedRun, { plan }: CompileCall): boolean {
  if (observation.usedRandom || (plan.warning !== undefined && plan.timeless !== true)) return true;
  const has = (option: RegExp): boolean => plan.keyArguments.some((argument) => option.test(argument));
  return has(VARYING) || (has(STAMPED) && !has(SEED));
}

// gcc puts the time, in milliseconds, into objects and notes for profiles (toplev.cc: local_tick), which no trace shows.
const STAMPED = /^--?coverage$|^-fprofile-(?:arcs|generate)|^-ftest-coverage/;
// How long each part of clang's compile took; addresses in gcc's memory.
const VARYING = /^-ftime-trace|^-fsave-optimization-record/;
const SEED = /^-frandom-seed=/;

/** A tool that can't write an output fails where delivery would have left the call to it. */
function canBeGiven({ outputs }: Entry, { plan, cwd }: CompileCall): boolean {
  return plan.outputs.every(({ path, role }) => {
    if (!outputs.some((output) => output.role === role)) return true;
    const place = findDestination(absolutePath(path, cwd), role, plan);
    return place.kind === "destination" && isWritable(directoryOf(place.path));
  });
}

function isWritable(directory: string): boolean {
  try {
    accessSync(fsPath(directory), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** True if the stored result does not hold any more, or what the tool saw is not known for certain. */
async function inputsChanged(
  { observation, startedNs, startedMs }: FinishedRun,
  row: ManifestRow,
  { keyed: { call, snapshot }, services: { files, searches: tools } }: { keyed: KeyedCall; services: Services },
): Promise<boolean> {
  const looks = inputsOf(observation, call, files);
  const start = { startedNs, startedMs, before: snapshot, cwd: call.cwd };
  if ("reason" in (await dependenciesOf(looks, files, start))) return true;
  return (await matchManifest([row], call, { snapshot: takeSnapshot(files), tools })) === undefined;
}
