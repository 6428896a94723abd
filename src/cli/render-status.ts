// The Status reply as a page for people.

import { showRaw } from "../core/raw-text.ts";
import type { StatusFields } from "../ipc/messages.ts";
import { evidenceIn } from "../ipc/places.ts";
import { palette, showBytes, showCount, showDuration, showShare, table } from "./render.ts";

/** Lines of the page, joined; colours only for a terminal. */
export function renderStatus(fields: StatusFields, terminal: boolean): string {
  const colours = palette(terminal);
  const title = `${colours.bold(`zccache ${fields.version}`)}, up for ${showDuration(fields.uptime_secs * 1000)}`;
  const reasons = Object.entries(fields.non_cacheable_reasons).sort(([, a], [, b]) => b - a);
  const sections = [
    wrongResults(fields).map((text) => `  ${colours.red("wrong results")}  ${text}`),
    table(callRows(fields), colours.dim),
    table(linkRows(fields), colours.dim),
    table(execRows(fields), colours.dim),
    table(verifyRows(fields), colours.dim),
    reasonRows(reasons, colours.dim),
    table(placeRows(fields), colours.dim),
    Object.entries(fields.warnings).map(
      ([text, count]) => `  ${colours.yellow("warning")}  ${text} (${showTimes(count)})`,
    ),
    fields.untraceable_tools.map((tool) => `  ${colours.yellow("cannot be traced")}  ${tool}`),
    fields.untried_tools.map((tool) => `  ${colours.dim("not tried")}  ${tool}`),
  ];
  return [[title], ...sections.filter((lines) => lines.length > 0)].map((lines) => lines.join("\n")).join("\n\n");
}

/** "14.6 MB of 10.0 GB, 143 artifacts, 12 evicted". */
export function showCacheSize(fields: StatusFields): string {
  const { cache_disk_bytes, cache_limit_bytes, artifact_count, evicted_artifacts } = fields;
  const limit = cache_limit_bytes === 0 ? "" : ` of ${showBytes(cache_limit_bytes)}`;
  const evicted = evicted_artifacts === 0 ? "" : `, ${evicted_artifacts.toLocaleString("en-US")} evicted`;
  return `${showBytes(cache_disk_bytes)}${limit}, ${showCount(artifact_count, "artifact")}${evicted}`;
}

function callRows(fields: StatusFields): [string, string][] {
  const { cache_hits, cache_misses, non_cacheable } = fields;
  return [
    ["hits", cache_hits.toLocaleString("en-US")],
    ["misses", cache_misses.toLocaleString("en-US")],
    ["hit rate", showShare(cache_hits, cache_hits + cache_misses)],
    ["run as they are", non_cacheable.toLocaleString("en-US")],
    ["time saved", showDuration(fields.time_saved_ms)],
  ];
}

/** Nothing before the first link. */
function linkRows({ total_links, link_hits, link_misses, link_non_cacheable }: StatusFields): [string, string][] {
  if (total_links === 0) return [];
  return [
    ["link hits", link_hits.toLocaleString("en-US")],
    ["link misses", link_misses.toLocaleString("en-US")],
    ["link hit rate", showShare(link_hits, link_hits + link_misses)],
    ["links run as they are", link_non_cacheable.toLocaleString("en-US")],
  ];
}

/** Nothing before the first tool that was run by `exec` or for another program. */
function execRows({ exec_hits, exec_misses }: StatusFields): [string, string][] {
  if (exec_hits + exec_misses === 0) return [];
  return [
    ["exec hits", exec_hits.toLocaleString("en-US")],
    ["exec misses", exec_misses.toLocaleString("en-US")],
  ];
}

/** Only where ZCCACHE_VERIFY found some. */
function wrongResults({ verify_differences, cache_dir }: StatusFields): string[] {
  if (verify_differences === 0) return [];
  const were = verify_differences === 1 ? "was" : "were";
  return [
    `${showCount(verify_differences, "hit")} ${were} not what a fresh run makes; see ${showRaw(evidenceIn(cache_dir))}`,
  ];
}

/** Nothing unless hits were verified. */
function verifyRows({ verified, verify_differences, verify_unclear }: StatusFields): [string, string][] {
  if (verified + verify_differences + verify_unclear === 0) return [];
  return [
    ["verified, equal", verified.toLocaleString("en-US")],
    ["verified, different", verify_differences.toLocaleString("en-US")],
    ["verified, random anyway", verify_unclear.toLocaleString("en-US")],
  ];
}

function showTimes(count: number): string {
  return count === 1 ? "once" : `${count.toLocaleString("en-US")} times`;
}

function reasonRows(reasons: readonly (readonly [string, number])[], paint: (text: string) => string): string[] {
  if (reasons.length === 0) return [];
  const rows = reasons.map(([reason, count]): [string, string] => [`  ${reason}`, count.toLocaleString("en-US")]);
  return [`  ${paint("run as they are, by reason")}`, ...table(rows, paint)];
}

function placeRows(fields: StatusFields): [string, string][] {
  return [
    ["cache size", showCacheSize(fields)],
    ["cache directory", showRaw(fields.cache_dir)],
    ["endpoint", showRaw(fields.endpoint)],
    ["namespace", fields.daemon_namespace],
  ];
}
