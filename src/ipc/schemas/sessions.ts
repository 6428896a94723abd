// Calls about sessions: a build that wants figures, a journal or a daemon of its own, and letting go of a directory.

import * as z from "zod/mini";
import { absent, bool, list, optional, pairs, path, text, uint, uuid } from "./values.ts";

const count = absent(uint, 0);

/** Where a daemon spent its time, in nanoseconds: first what hits took in all, then what misses took. */
const phaseProfile = z.object({
  hit_count: count,
  miss_count: count,
  parse_args_ns: count,
  build_context_ns: count,
  hash_source_ns: count,
  hash_headers_ns: count,
  depgraph_check_ns: count,
  request_cache_lookup_ns: count,
  cross_root_validate_ns: count,
  artifact_lookup_ns: count,
  write_output_ns: count,
  bookkeeping_ns: count,
  total_hit_ns: count,
  compiler_exec_ns: count,
  include_scan_ns: count,
  hash_all_ns: count,
  artifact_store_ns: count,
  total_miss_ns: count,
});

/** What a session's compiles came to. */
export const sessionStats = z.object({
  duration_ms: count,
  compilations: count,
  hits: count,
  misses: count,
  non_cacheable: count,
  errors: count,
  errors_cached: count,
  time_saved_ms: count,
  unique_sources: count,
  bytes_read: count,
  bytes_written: count,
  phase_profile: optional(phaseProfile),
  /** Why its misses were none: count by `miss_reason` of the journal. */
  miss_reasons: absent(z.record(z.string(), uint), {}),
});

/** Assertions about an isolated daemon, who keeps it alive, and variables of all its compiles. */
const privateDaemon = z.object({
  daemon_name: optional(text),
  endpoint: optional(path),
  cache_dir: optional(path),
  owner_pids: list(uint),
  env: absent(pairs, []),
});

export const SESSION_CALLS = {
  SessionStart: {
    request: z.object({
      type: z.literal("SessionStart"),
      client_pid: uint,
      working_dir: path,
      log_file: optional(path),
      track_stats: absent(bool, false),
      journal_path: optional(path),
      profile: absent(bool, false),
      private_daemon: optional(privateDaemon),
    }),
    reply: z.object({ type: z.literal("SessionStarted"), session_id: uuid, journal_path: optional(path) }),
  },
  SessionStats: {
    request: z.object({ type: z.literal("SessionStats"), session_id: uuid }),
    reply: z.object({ type: z.literal("SessionStatsResult"), stats: optional(sessionStats) }),
  },
  SessionEnd: {
    request: z.object({ type: z.literal("SessionEnd"), session_id: uuid }),
    reply: z.object({ type: z.literal("SessionEnded"), stats: optional(sessionStats) }),
  },
  ReleaseWorktreeHandles: {
    request: z.object({ type: z.literal("ReleaseWorktreeHandles"), path }),
    reply: z.object({
      type: z.literal("ReleaseWorktreeHandlesResult"),
      inspected: uint,
      released: uint,
      sessions_dropped: z.array(uuid),
      unreleased: list(path),
    }),
  },
} as const;
