// What is told when the cache can't be written: nothing is stored then, and builds go on.

import { ZccacheError } from "../core/errors.ts";

/** `STORE_WRITE` for what the system said when the store was to do `what`, e.g. "stage an object". */
export function storeWriteError(what: string, cause: unknown): ZccacheError {
  return new ZccacheError("STORE_WRITE", `Cannot ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
