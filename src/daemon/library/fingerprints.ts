// The four calls about fingerprints: may a piece of work be skipped because no file of a tree has changed since it was
// last done?

import { showRaw, withoutEmptySteps } from "../../core/raw-text.ts";
import type { CallReply, CallRequest } from "../../ipc/schemas/calls.ts";
import type { TreeFilter } from "../../key/scan-tree.ts";
import type { Services } from "../services.ts";
import { FingerprintRecords } from "./fingerprint-records.ts";
import type { Handlers } from "./handlers.ts";
import { refused } from "./refused.ts";

type FingerprintCall =
  | "FingerprintCheck"
  | "FingerprintMarkSuccess"
  | "FingerprintMarkFailure"
  | "FingerprintInvalidate";

/** The handlers. */
export function fingerprintHandlers({ state, pool }: Pick<Services, "state" | "pool">): Handlers<FingerprintCall> {
  const records = new FingerprintRecords(`${state}/fingerprints`, pool);
  return {
    FingerprintCheck: (request) => check(records, request),
    FingerprintMarkSuccess: async ({ cache_file }) => {
      await records.markSuccess(withoutEmptySteps(cache_file));
      return { type: "FingerprintAck" };
    },
    FingerprintMarkFailure: async ({ cache_file }) => {
      await records.markFailure(withoutEmptySteps(cache_file));
      return { type: "FingerprintAck" };
    },
    FingerprintInvalidate: async ({ cache_file }) => {
      await records.invalidate(withoutEmptySteps(cache_file));
      return { type: "FingerprintAck" };
    },
  };
}

async function check(
  records: FingerprintRecords,
  request: CallRequest<"FingerprintCheck">,
): Promise<CallReply<"FingerprintCheck">> {
  const verdict = await records.check({
    cacheFile: withoutEmptySteps(request.cache_file),
    filter: filterOf(request),
    readAll: request.cache_type === "hash",
  });
  if (verdict.decision === "skip") {
    return { type: "FingerprintCheckResult", decision: "skip", reason: undefined, changed_files: [] };
  }
  const { reason, changed } = verdict;
  return { type: "FingerprintCheckResult", decision: "run", reason, changed_files: changed.map(showRaw) };
}

const CHECK = "check a fingerprint";

/** @throws {ZccacheError} `BAD_REQUEST`. */
function filterOf({ root, extensions, include_globs, exclude }: CallRequest<"FingerprintCheck">): TreeFilter {
  if (extensions.length > 0 && include_globs.length > 0) {
    throw refused(CHECK, "extensions and include_globs exclude each other");
  }
  for (const pattern of [...extensions, ...include_globs, ...exclude]) {
    if (pattern.includes("\0")) throw refused(CHECK, "a pattern holds a NUL");
  }
  for (const glob of include_globs) {
    if (/^[!/]|(^|\/)\.\.(\/|$)/.test(glob)) throw refused(CHECK, `glob "${glob}" does not begin below the root`);
  }
  if (!root.startsWith("/")) throw refused(CHECK, `root "${showRaw(root)}" is not absolute`);
  return {
    root: withoutEmptySteps(`${root}/`),
    extensions: sorted(extensions.map((extension) => extension.replace(/^\./, "").toLowerCase())),
    include: sorted(include_globs),
    exclude: sorted(exclude),
  };
}

/** Neither order nor repetition says anything. */
function sorted(words: readonly string[]): string[] {
  return [...new Set(words)].filter((word) => word !== "").sort();
}
