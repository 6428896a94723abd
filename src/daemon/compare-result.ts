// A stored result beside a fresh one of the same call: what of them differs. Contents are compared, not recorded
// digests, so that an object which is not what the index says shows as well.

import { isDepfile, retargetAs } from "../core/depfile.ts";
import { type Entry, isSide, type StoredOutput } from "../core/entry.ts";
import type { ToolOutcome } from "../core/executor.ts";
import { type RawText, rawFromBytes, showRaw } from "../core/raw-text.ts";
import { isMadeAnew } from "../deliver/destination.ts";
import type { ObjectDigest } from "../store/digest-object.ts";
import type { NewOutput } from "../store/new-result.ts";
import type { Store } from "../store/store.ts";
import { readRaw } from "../sys/read-raw.ts";
import { differInTemporaries, neverShare } from "./never-shared.ts";

/** What a fresh run left behind. */
export type FreshResult = { readonly outcome: ToolOutcome; readonly outputs: readonly NewOutput[] };

/** Where contents are read. */
export type ComparisonParts = {
  readonly store: Pick<Store, "objectPath">;
  readonly digest: (path: RawText, bytes: number) => Promise<ObjectDigest>;
};

/**
 * One thing that differs. `never-shared`: in what no two runs share; `content`: an output
 * is another one; `other`: an exit code, a stream, a mode, or whether there is an output at all.
 */
export type Difference = { readonly kind: "never-shared" | "content" | "other"; readonly what: string };

/**
 * What differs; nothing if a delivery would have given the same.
 * @returns `corrupt` if an object is not what was stored, which a delivery sees, too.
 * @throws the system's error if a fresh output can't be read.
 */
export async function differencesOf(
  cached: Entry,
  { outcome, outputs }: FreshResult,
  parts: ComparisonParts,
): Promise<Difference[] | "corrupt"> {
  const differences = streamDifferences(cached, outcome);
  const fresh = new Map(outputs.map((output) => [nameOf(output), output]));
  for (const stored of cached.outputs) {
    const actual = await contentOf(stored, parts);
    if (actual === undefined) return "corrupt";
    const output = fresh.get(nameOf(stored));
    fresh.delete(nameOf(stored));
    if (output === undefined) differences.push(otherwise(`${nameOf(stored)}: the fresh run did not write it`));
    else differences.push(...(await outputDifferences({ stored, actual, output }, parts)));
  }
  return [...differences, ...[...fresh.keys()].map((name) => otherwise(`${name}: only the fresh run wrote it`))];
}

/** A stored depfile as it is delivered for this target; undefined if nothing has to be exchanged, or can't be. */
export function exchangedDepfile({ role, name }: StoredOutput, path: RawText, target?: RawText): RawText | undefined {
  if (!isDepfile(role) || name === undefined || target === undefined || name === target) return undefined;
  return retargetAs(role, readRaw(path), { from: name, to: target });
}

/** Tells the outputs of one result apart: a role that the command line gives is there once. */
function nameOf({ role, name }: Pick<StoredOutput, "role" | "name">): string {
  return isSide(role) ? `${role} ${showRaw(name ?? "")}` : role;
}

function otherwise(what: string): Difference {
  return { kind: "other", what };
}

function streamDifferences(cached: Entry, { exitCode, stdout, stderr }: ToolOutcome): Difference[] {
  return [
    ...(exitCode === cached.exitCode ? [] : [otherwise(`exit code: ${cached.exitCode}, now ${exitCode}`)]),
    ...streamDifference("standard output", cached.stdout, stdout),
    ...streamDifference("standard error", cached.stderr, stderr),
  ];
}

function streamDifference(what: string, cached: Uint8Array, fresh: Uint8Array): Difference[] {
  if (Buffer.compare(cached, fresh) === 0) return [];
  const isByNature = differInTemporaries(rawFromBytes(cached), rawFromBytes(fresh));
  return [{ kind: isByNature ? "never-shared" : "other", what }];
}

/** What is in the object really; undefined if it is gone, or a delivery would refuse it. */
async function contentOf(
  { digest, size, check }: StoredOutput,
  parts: ComparisonParts,
): Promise<ObjectDigest | undefined> {
  const found = await parts.digest(parts.store.objectPath(digest), size).catch(() => undefined);
  return found?.size === size && found.check === check ? found : undefined;
}

type Pair = { readonly stored: StoredOutput; readonly actual: ObjectDigest; readonly output: NewOutput };

async function outputDifferences(
  { stored, actual, output: { role, name, staged } }: Pair,
  { store, digest }: ComparisonParts,
): Promise<Difference[]> {
  const object = store.objectPath(stored.digest);
  const exchanged = exchangedDepfile(stored, object, name);
  const same =
    exchanged === undefined
      ? (await digest(staged.path, staged.size)).digest === actual.digest
      : exchanged === readRaw(staged.path);
  if (!same) {
    const isByNature = neverShare({ path: object, size: stored.size }, staged);
    return [{ kind: isByNature ? "never-shared" : "content", what: `${nameOf(stored)}: another content` }];
  }
  // What a tool rewrites keeps the mode of the file that was there.
  const hasMode = isMadeAnew(role, name ?? "");
  if (!hasMode || staged.executable === stored.executable) return [];
  return [otherwise(`${nameOf(stored)}: executable in one of them only`)];
}
