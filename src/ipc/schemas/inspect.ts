// The call that shows what is stored and how it was keyed. Values of variables are not kept, so none can be shown.

import * as z from "zod/mini";
import { arg, bool, int, list, optional, path, text, uint } from "./values.ts";

/** A stored result. */
export const storedResult = z.object({
  result_key: text,
  context_key: text,
  /** Seconds since 1970. */
  last_used_unix: uint,
  exit_code: int,
  /** Wall time of the run that made it. */
  millis: uint,
  stdout_bytes: uint,
  stderr_bytes: uint,
  outputs: list(
    z.object({
      role: text,
      name: optional(arg),
      digest: text,
      size: uint,
      executable: bool,
      /** Where its content is. */
      object: path,
    }),
  ),
  dependency_count: uint,
  /** In full where there is one result only; else empty. */
  dependencies: list(z.object({ path, aspect: text, state: arg })),
  /** What else has to be as it was, by our own names for it. */
  conditions: list(arg),
  /** Variables that the run asked for. */
  environment: list(z.object({ name: arg, set: bool })),
  whole_environment: bool,
});

export const INSPECT_CALLS = {
  Inspect: {
    request: z.object({
      type: z.literal("Inspect"),
      /** How the key of a result or context begins, in lower-case hexadecimal digits; empty: any. */
      key: z.string().check(z.regex(/^[0-9a-f]{0,64}$/)),
      /** How many results at most, newest first. */
      most: uint,
    }),
    reply: z.object({ type: z.literal("Inspected"), results: list(storedResult) }),
  },
} as const;
