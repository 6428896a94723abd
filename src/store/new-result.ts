// A finished run on its way into the store.

import type { Digest, Entry, ManifestRow, StoredOutput } from "../core/entry.ts";
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
