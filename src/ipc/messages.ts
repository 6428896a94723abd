// Every message that client and daemon exchange, as both sides see it: `v` and `id` of the wire (codec.ts and the
// connections) left out, defaults applied. Field names are the wire's. A name, once shipped, is never reused or retyped.

import type { RawText } from "../core/raw-text.ts";

/** A tool call of a stand-in or wrapper, to be answered by `Delivered`, `Exec`, `Bypass`, `NeedStdin` or `Error`. */
export type InvokeRequest = {
  readonly type: "Invoke";
  /** Block of NUL-terminated strings, the program's own name first. */
  readonly argv: Uint8Array;
  readonly cwd: Uint8Array;
  /** Block of NUL-terminated `NAME=value` strings. */
  readonly env: Uint8Array;
  readonly umask: number;
  readonly stderr_tty: boolean;
  /** Columns of the terminal on descriptor 0; 0 if there is none, or standard error is no terminal. */
  readonly columns: number;
  /** Columns of the terminal that standard error is; 0 if it is none. */
  readonly stderr_columns: number;
  /** True if the caller's descriptors 1 and 2 are the same file. */
  readonly same_streams: boolean;
  /** True if the client can run tools in its own process. */
  readonly can_exec: boolean;
  /** File into which the client has spooled its standard input, as `NeedStdin` asked. */
  readonly stdin_file?: Uint8Array | undefined;
};

/** How the tool of an `Exec` ended; answered by `Released` once the daemon has taken what it needs. */
export type ExecDoneRequest = {
  readonly type: "ExecDone";
  readonly job: number;
  readonly exit_code: number;
  readonly signal?: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** True if both streams were one file, whose content is `stdout`. */
  readonly merged: boolean;
  /** True if the streams did not fit a frame and are missing here. */
  readonly too_large: boolean;
};

/** What a client may ask. */
export type Request =
  | { readonly type: "Ping" }
  | { readonly type: "Shutdown" }
  | { readonly type: "Status" }
  | { readonly type: "Clear" }
  | InvokeRequest
  | ExecDoneRequest;

/** A session's process that keeps a private daemon alive. */
export type DaemonOwner = { readonly pid: number; readonly ref_count: number };

/** Fields of `Status`: who the daemon is and what it counted since its start. */
export type StatusFields = {
  readonly version: string;
  readonly daemon_namespace: string;
  readonly endpoint: RawText;
  readonly cache_dir: RawText;
  readonly private_daemon: {
    readonly enabled: boolean;
    readonly owners: readonly DaemonOwner[];
    readonly private_env_keys: readonly string[];
  };
  readonly dep_graph_persisted: boolean;
  /** Refusal reason → count; at most 256 of them. */
  readonly non_cacheable_reasons: Readonly<Record<string, number>>;
  /** What users should know of calls that were cached all the same → count. */
  readonly warnings: Readonly<Record<string, number>>;
  /** Where the daemon's time went, as `stats.phase_profile` of sessions has it; empty from an older daemon. */
  readonly phase_profile: Readonly<Record<string, number>>;
  /** One line per tool that cannot be traced. */
  readonly untraceable_tools: readonly string[];
  /** One line per tool whose trial could not be held, so that it is traced without proof. */
  readonly untried_tools: readonly string[];
} & { readonly [Name in StatusCounter]: number };

/** Counters of `Status`. One that an older daemon does not know reads as 0. */
export const STATUS_COUNTERS = [
  "artifact_count",
  "cache_disk_bytes",
  "cache_hits",
  "cache_limit_bytes",
  "cache_misses",
  "cache_size_bytes",
  "compile_errors",
  "compile_errors_cached",
  "dep_graph_contexts",
  "dep_graph_disk_size",
  "dep_graph_files",
  "dep_graph_version",
  "evicted_artifacts",
  "exec_hits",
  "exec_misses",
  "hit_us_max",
  "hit_us_p50",
  "hit_us_p99",
  "link_hits",
  "link_misses",
  "link_non_cacheable",
  "loop_delay_us_max",
  "loop_delay_us_p50",
  "loop_delay_us_p99",
  "memo_hits",
  "metadata_entries",
  "non_cacheable",
  "sessions_active",
  "sessions_total",
  "time_saved_ms",
  "total_compilations",
  "total_links",
  "uptime_secs",
  "verified",
  "verify_differences",
  "verify_unclear",
  "watch_events",
  "watch_overflows",
  "watch_paths",
  "watch_unfollowed_file_system",
  "watch_unfollowed_limit",
  "watch_unfollowed_unseen",
  "watches",
] as const;

/** Name of a counter of `Status`. */
export type StatusCounter = (typeof STATUS_COUNTERS)[number];

/** Fields of `Cleared`: how much there was before the wipe. */
export const CLEARED_COUNTERS = [
  "artifacts_removed",
  "dep_graph_contexts_cleared",
  "metadata_cleared",
  "on_disk_bytes_freed",
] as const;

/** Name of a counter of `Cleared`. */
export type ClearedCounter = (typeof CLEARED_COUNTERS)[number];

/** A tool that the client must run, and report on by `ExecDone`. */
export type ExecResponse = {
  readonly type: "Exec";
  readonly job: number;
  /** Absolute path of the tool. Its argv[0] is for the client to know (src/sys/called-as.ts). */
  readonly path: Uint8Array;
  /** Leading members of the caller's argv that are not the tool's. */
  readonly skip: number;
  /** Variables laid over the caller's environment. */
  readonly set_env: readonly (readonly [name: Uint8Array, value: Uint8Array])[];
  /** File that is the tool's standard input; absent: the caller's own. */
  readonly stdin_file?: Uint8Array | undefined;
};

/** A call that the cache leaves alone: the client becomes the real tool. */
export type BypassResponse = {
  readonly type: "Bypass";
  /** Absolute path of the real tool; absent if the daemon found none. */
  readonly path?: Uint8Array | undefined;
  readonly skip: number;
  readonly reason: string;
  readonly stdin_file?: Uint8Array | undefined;
};

/** The result of a call, its output files being in place already. */
export type DeliveredResponse = {
  readonly type: "Delivered";
  readonly exit_code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly merged: boolean;
};

/**
 * A sign of life. With paths: the daemon is about to put `staged` into place as `making`, where nothing is, for a tool that
 * would change it if it found it. A client that runs that tool by itself after all, because it got no answer that it can
 * use, removes first `staged`, so that it can't come any more, then `making`.
 */
export type WorkingResponse = {
  readonly type: "Working";
  readonly staged?: Uint8Array | undefined;
  /** Absolute, and given only together with `staged`. */
  readonly making?: Uint8Array | undefined;
};

/** The daemon is healthy and has too much to do: nothing was done; the same one may be asked again after a while. */
export type BackpressureResponse = {
  readonly type: "Backpressure";
  /** Calls under way at that moment. */
  readonly queue_depth: number;
  /** Different for each client, so that they don't all come back at once. */
  readonly retry_after_ms: number;
  /** For people: what there is too much of, e.g. `compile_queue_full`. */
  readonly reason: string;
};

/** What the daemon may answer. `Working` is a sign of life before the answer to an `Invoke`, not an answer. */
export type Response =
  | { readonly type: "Pong" }
  | { readonly type: "ShuttingDown" }
  | ({ readonly type: "Status" } & StatusFields)
  | ({ readonly type: "Cleared" } & { readonly [Name in ClearedCounter]: number })
  | { readonly type: "Error"; readonly message: string }
  | BackpressureResponse
  | WorkingResponse
  | DeliveredResponse
  | ExecResponse
  | BypassResponse
  | { readonly type: "NeedStdin"; readonly path: Uint8Array }
  | { readonly type: "Released" };
