// The calls of library clients and verbs: request and reply of each by name. What stand-ins say is in messages.ts.

import type * as z from "zod/mini";
import { ARTIFACT_CALLS } from "./artifacts.ts";
import { COMPILE_CALLS } from "./compiles.ts";
import { EXEC_CALLS } from "./exec.ts";
import { FINGERPRINT_CALLS } from "./fingerprints.ts";
import { INSPECT_CALLS } from "./inspect.ts";
import { SESSION_CALLS } from "./sessions.ts";

/** Every call, by the name of its request. A newcomer is a file beside this one and a line here. */
export const CALLS = {
  ...ARTIFACT_CALLS,
  ...COMPILE_CALLS,
  ...EXEC_CALLS,
  ...FINGERPRINT_CALLS,
  ...INSPECT_CALLS,
  ...SESSION_CALLS,
} as const;

/** Name of a call. */
export type CallName = keyof typeof CALLS;

/** A checked request, defaults applied. */
export type CallRequest<Name extends CallName = CallName> = z.output<(typeof CALLS)[Name]["request"]>;

/** The reply to it. */
export type CallReply<Name extends CallName = CallName> = z.output<(typeof CALLS)[Name]["reply"]>;

/** True for the name of a call. */
export function isCallName(name: unknown): name is CallName {
  return typeof name === "string" && Object.hasOwn(CALLS, name);
}
