// What a client can't have, in one form.

import { ZccacheError } from "../../core/errors.ts";

/** An error that is answered to the client, whose connection goes on: «Cannot <do>: <why>». */
export function refused(action: string, why: string, cause?: unknown): ZccacheError {
  return new ZccacheError("BAD_REQUEST", `Cannot ${action}: ${why}`, cause === undefined ? {} : { cause });
}
