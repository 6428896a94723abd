// A finished run as the store keeps it.

import type { Aspect } from "./observation.ts";
import type { OutputRole } from "./plan.ts";
import type { RawText } from "./raw-text.ts";

/** SHA-256 of a content as 64 lower-case hex digits. */
export type Digest = string;

/**
 * A planned role, whose destination comes from the current command line, or one of a file found by the trace: `side` is
 * named relative to the directory of the primary output, `cwd-side` relative to the working directory.
 */
export type StoredRole = OutputRole | "side" | "cwd-side";

/** True for the roles of files that only the trace names. */
export function isSide(role: string | undefined): role is "side" | "cwd-side" {
  return role === "side" || role === "cwd-side";
}

/** One output file of a run. */
export type StoredOutput = {
  readonly role: StoredRole;
  /**
   * Of a side output: relative to its directory; never absolute, never with `..`. Of a depfile: the target that stands
   * in it, where that has to be rewritten for the current command line.
   */
  readonly name: RawText | undefined;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** XXH64 of the content as 16 hex digits, compared while copying on delivery. */
  readonly check: string;
  /** True if the tool made it executable (mode 0777 & ~umask instead of 0666 & ~umask). */
  readonly executable: boolean;
};

/** How standard output and standard error were captured. */
export type StreamLayout =
  | "empty" // nothing was written to either: fits every caller
  | "split" // each on its own
  | "merged"; // both were the same file, order kept in `stdout`: only for callers where that is so too

/** What a hit gives back. */
export type Entry = {
  readonly outputs: readonly StoredOutput[];
  readonly layout: StreamLayout;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
  /** Wall time of the run that made it, for the estimate of time saved. */
  readonly millis: number;
};

/**
 * One condition of a manifest: `path`, looked at as `aspect`, must be in `state`:
 * - `A`: absent
 * - `D`: directory; `D<path>`: one that is really there
 * - `P`: file of any content
 * - `O`: device, fifo or socket
 * - `F<digest>`: file with this content
 * - `L<target>`: symbolic link
 * - `S<digest>`: directory with these names
 * - `T<size>@<ns>`: regular file of this size, changed at that time since 1970
 */
export type Dependency = {
  /** Relative paths are relative to the working directory of the call, so that another checkout can hit. */
  readonly path: RawText;
  readonly aspect: Aspect;
  readonly state: string;
};

/** A variable that the run asked for and a salted hash of its value; `undefined` = it was not set. */
export type EnvironmentCondition = { readonly name: RawText; readonly valueHash: string | undefined };

/** One set of conditions under which a result of this context holds. */
export type ManifestRow = {
  readonly dependencies: readonly Dependency[];
  readonly environment: readonly EnvironmentCondition[];
  /** Set when the whole environment matters: hash over all variables but the ignored ones. */
  readonly wholeEnvironment: string | undefined;
  readonly resultKey: Digest;
  readonly layout: StreamLayout;
};
