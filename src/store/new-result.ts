// A finished run on its way into the store.

import type { Digest, Entry, ManifestRow, StoredOutput } from "../core/entry.ts";
import { ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import type { ObjectDigest } from "./digest-object.ts";
import type { Objects } from "./objects.ts";
import type { Results } from "./results.ts";
import type { StagedObject } from "./staged-object.ts";

/** An output of a run whose private copy `Store.stage` took. */
export type NewOutput = Pick<StoredOutput, "role" | "name"> & { readonly staged: StagedObject };

/** A finished run, to be kept under the conditions of `row`. */
export type NewResult = {
  readonly context: Digest;
  readonly row: ManifestRow;
  readonly entry: Omit<Entry, "outputs">;
  readonly outputs: readonly NewOutput[];
};

/** What a result is put into. */
export type ResultPlaces = {
  readonly objects: Pick<Objects, "place">;
  readonly results: Pick<Results, "add" | "shared">;
  readonly digest: (path: RawText, bytes: number) => Promise<ObjectDigest>;
};

const STREAM_BYTES = 16 << 20;

/**
 * Makes the staged outputs objects and adds the result.
 * @throws {ZccacheError} `STORE_WRITE` if it printed too much; else the system's error. Outputs that became no objects
 * are the caller's then.
 */
export async function commitResult(
  { context, row, entry, outputs }: NewResult,
  { objects, results, digest }: ResultPlaces,
): Promise<Entry> {
  if (entry.stdout.length + entry.stderr.length > STREAM_BYTES) {
    throw new ZccacheError("STORE_WRITE", "Cannot store a result: it printed more than 16 MiB");
  }
  const shared = await results.shared(row);
  const digests = await Promise.all(outputs.map(({ staged }) => digest(staged.path, staged.size)));
  // From here on in one go, so that the sweep and an eviction see both the objects and their result, or neither.
  const stored: StoredOutput[] = [];
  for (const [at, found] of digests.entries()) {
    const output = outputs[at];
    if (output === undefined) continue;
    const { role, name, staged } = output;
    objects.place(staged, found);
    stored.push({ role, name, ...found, executable: staged.executable });
  }
  const kept = { ...entry, outputs: stored };
  results.add(context, shared, kept);
  return kept;
}
