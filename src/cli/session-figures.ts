// Figures of a session for people, and as JSON in the shape that others have them in.

import type { CallReply } from "../ipc/schemas/calls.ts";
import { type CommandResult, done } from "./command.ts";
import { palette, showBytes, showCount, showDuration, showShare, table } from "./render.ts";

/** Figures as the daemon gives them; none if the session is unknown or keeps none. */
export type Figures = CallReply<"SessionStats">["stats"];

/** Why there are no figures. */
export type NoFigures = "stats_unavailable" | "stats_not_enabled";

/** Says them: JSON on standard output, or text on standard error, where a build's own messages are. */
export function showFigures(
  session: string,
  figures: Figures | NoFigures | undefined,
  { json }: { json: boolean },
): CommandResult {
  if (typeof figures !== "object") {
    const reason = figures ?? "stats_unavailable";
    if (json) return done(JSON.stringify({ status: "unavailable", session_id: session, reason }, null, 2));
    return { exitCode: 0, stdout: "", stderr: `zccache: session ${session}: no figures (${reason})\n` };
  }
  if (json) return done(JSON.stringify(figuresJson(session, figures), null, 2));
  return { exitCode: 0, stdout: "", stderr: figuresText(session, figures) };
}

function figuresJson(session: string, { miss_reasons, phase_profile, ...figures }: NonNullable<Figures>) {
  const reasons: Readonly<Record<string, number>> = miss_reasons;
  const { no_artifact_for_key = 0, context_not_found = 0, ...others } = reasons;
  const looked = figures.hits + figures.misses;
  return {
    status: "ok",
    session_id: session,
    ...figures,
    hit_rate: looked === 0 ? null : figures.hits / looked,
    lookup_outcomes: {
      depgraph_hit_artifact_hit: figures.hits,
      depgraph_hit_artifact_miss: no_artifact_for_key,
      depgraph_cold_skip: context_not_found,
      depgraph_other_miss: others,
    },
    phase_profile: phase_profile ?? null,
  };
}

function figuresText(session: string, figures: NonNullable<Figures>): string {
  const { hits, misses } = figures;
  const rows: [string, string][] = [
    ["compiles", `${showCount(figures.compilations, "call")} in ${showDuration(figures.duration_ms)}`],
    ["hits", `${hits} of ${hits + misses} (${showShare(hits, hits + misses)})`],
    ["run as they are", String(figures.non_cacheable)],
    ["failed", String(figures.errors)],
    ["sources", String(figures.unique_sources)],
    ["time saved", showDuration(figures.time_saved_ms)],
    ["bytes", `${showBytes(figures.bytes_read)} from the cache, ${showBytes(figures.bytes_written)} into it`],
  ];
  return [`Session ${session}`, ...table(rows, (label) => palette(false).dim(label)), ""].join("\n");
}
