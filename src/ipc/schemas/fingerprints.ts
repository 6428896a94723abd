// Calls about whether files changed since a piece of work was last done: a check, and what became of the work.

import * as z from "zod/mini";
import { list, optional, path, text } from "./values.ts";

/** A call that names the file only and is acknowledged. */
function mark<Name extends string>(name: Name) {
  return {
    request: z.object({ type: z.literal(name), cache_file: path }),
    reply: z.object({ type: z.literal("FingerprintAck") }),
  };
}

export const FINGERPRINT_CALLS = {
  FingerprintCheck: {
    request: z.object({
      type: z.literal("FingerprintCheck"),
      cache_file: path,
      cache_type: z.enum(["hash", "two-layer"]),
      root: path,
      extensions: list(text),
      include_globs: list(text),
      exclude: list(text),
    }),
    reply: z.object({
      type: z.literal("FingerprintCheckResult"),
      decision: z.enum(["skip", "run"]),
      reason: optional(text),
      changed_files: list(text),
    }),
  },
  FingerprintMarkSuccess: mark("FingerprintMarkSuccess"),
  FingerprintMarkFailure: mark("FingerprintMarkFailure"),
  FingerprintInvalidate: mark("FingerprintInvalidate"),
} as const;
