// The Status reply: counters, store totals and who we are.

import type { RawText } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import type { StatusFields } from "../ipc/messages.ts";
import type { PathWatch } from "../watch/path-watch.ts";
import type { Sessions } from "./library/sessions.ts";
import type { Services } from "./services.ts";

/** Where Status replies come from. */
export type StatusSource = { report(): StatusFields };

/** Identity of this daemon as clients see it. */
export type Identity = { readonly namespace: string; readonly endpoint: RawText; readonly cacheDir: RawText };

/** A source that reads the services at each request. Fields of features that are not built yet are 0. */
export function statusSource(services: Services, sessions: Sessions, identity: Identity): StatusSource {
  const started = performance.now();
  return {
    report: () => {
      const totals = services.store.totals();
      const room = services.store.room();
      const depgraph = services.depgraph.report();
      return {
        version: VERSION,
        daemon_namespace: identity.namespace,
        endpoint: identity.endpoint,
        cache_dir: identity.cacheDir,
        artifact_count: totals.artifactCount,
        cache_size_bytes: totals.bytes,
        cache_disk_bytes: room.bytes,
        cache_limit_bytes: room.limit,
        evicted_artifacts: room.evicted,
        metadata_entries: totals.metadataEntries,
        uptime_secs: Math.floor((performance.now() - started) / 1000),
        compile_errors_cached: 0,
        dep_graph_contexts: totals.metadataEntries,
        dep_graph_files: services.files.size,
        dep_graph_version: depgraph.version,
        dep_graph_disk_size: depgraph.diskBytes,
        dep_graph_persisted: depgraph.persisted,
        ...sessions.report(),
        ...countersOf(services),
        ...watchFields(services.watch),
        phase_profile: services.counters.phases.report(),
        untraceable_tools: services.tools.report(),
        untried_tools: services.tools.untriedReport(),
      };
    },
  };
}

/** Reasons of both kinds of calls together. */
function countersOf({ counters, execTally }: Services) {
  const report = counters.report();
  const exec = execTally.report();
  const reasons = { ...report.non_cacheable_reasons };
  for (const [reason, count] of Object.entries(exec.not_stored)) reasons[reason] = (reasons[reason] ?? 0) + count;
  return { ...report, exec_hits: exec.hits, exec_misses: exec.misses, non_cacheable_reasons: reasons };
}

/** All 0 where nothing is watched. */
function watchFields(watch: PathWatch | undefined) {
  const report = watch?.report();
  return {
    watches: report?.watches ?? 0,
    watch_paths: report?.paths ?? 0,
    watch_events: report?.events ?? 0,
    watch_overflows: report?.overflows ?? 0,
    watch_unfollowed_limit: report?.unfollowed.limit ?? 0,
    watch_unfollowed_file_system: report?.unfollowed["file-system"] ?? 0,
    watch_unfollowed_unseen: report?.unfollowed.unseen ?? 0,
  };
}
