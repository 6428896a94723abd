// zccache replay: files that are what they were when a snapshot was taken become as old as they were, so that a build tool
// that goes by times does not make anew what is up to date. Needs no daemon.

import { readFileSync } from "node:fs";
import { describeError } from "../../core/errors.ts";
import type { RawText } from "../../core/raw-text.ts";
import { setChangeTime } from "../../sys/file-times.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { realPath, realPathIfAny } from "../../sys/real-path.ts";
import { pathOf } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showCount, showShare, table } from "../render.ts";
import { readManifest, type TimesManifest } from "../times-manifest.ts";
import { type FileFacts, openFile, readFacts } from "../tree-files.ts";

export const replay: Command = {
  name: "replay",
  aliases: [],
  summary: "give files the times of a snapshot, where their contents are the same",
  args: [],
  flags: [
    { name: "workspace", value: "dir", summary: "the tree (default: here)" },
    { name: "manifest", value: "file", summary: "what snapshot wrote" },
    {
      name: "min-applied-ratio",
      value: "share",
      summary: "exit with 1 if fewer files are the same, 0 to 1 (default 0)",
    },
    { name: "json", summary: "the counts as JSON" },
  ],
  examples: [
    ["zccache replay --manifest times.jsonl", "after a checkout, before the build"],
    ["zccache replay --manifest times.jsonl --min-applied-ratio 0.9 || make clean", "too much has changed"],
  ],
  run: runReplay,
};

const BELOW_RATIO = 1;
const TROUBLE = 2;

/** What became of a file of the snapshot. */
type Outcome = "applied" | "missing" | "size_mismatch" | "modified";

function runReplay({ flags, values }: CommandInput): CommandResult {
  const [manifest] = values.get("manifest") ?? [];
  const ratio = values.get("min-applied-ratio")?.[0] ?? "0";
  if (manifest === undefined) return trouble("--manifest is missing");
  if (!/^(?:0|1|[01]?\.\d+)$/.test(ratio) || Number(ratio) > 1)
    return trouble(`--min-applied-ratio "${ratio}" is not 0 to 1`);
  try {
    const files = readManifest(readFileSync(fsPath(pathOf(manifest)), "utf8"));
    const counts = apply(files, realPath(pathOf(values.get("workspace")?.[0] ?? ".")));
    return report(counts, { total: files.size, least: Number(ratio), json: flags.has("json") });
  } catch (error) {
    return trouble(describeError(error));
  }
}

type Counts = Record<Outcome, number>;

function apply(files: TimesManifest, workspace: RawText): Counts {
  const counts: Counts = { applied: 0, missing: 0, size_mismatch: 0, modified: 0 };
  const directories = new Map<RawText, boolean>();
  for (const [name, facts] of files) {
    const directory = `/${name}`.slice(0, name.lastIndexOf("/") + 1);
    const isOwn = directories.get(directory) ?? isInside(workspace, directory);
    directories.set(directory, isOwn);
    counts[isOwn ? applyTo(`${workspace}/${name}`, facts) : "missing"] += 1;
  }
  return counts;
}

/** False where a link leads elsewhere: nothing outside the workspace is touched. */
function isInside(workspace: RawText, directory: RawText): boolean {
  return realPathIfAny(`${workspace}${directory}`) === `${workspace}${directory}`;
}

function applyTo(path: RawText, { bytes, timeNs, digest }: FileFacts): Outcome {
  using file = openFile(path);
  if (file === undefined) return "missing";
  const found = readFacts(file.fd);
  if (found !== undefined && found.bytes !== bytes) return "size_mismatch";
  if (found?.digest !== digest) return "modified";
  if (found.timeNs !== timeNs) setChangeTime(file.fd, timeNs);
  return "applied";
}

type ReportOptions = { readonly total: number; readonly least: number; readonly json: boolean };

function report(counts: Counts, { total, least, json }: ReportOptions): CommandResult {
  const ratio = total === 0 ? 1 : counts.applied / total;
  const isEnough = ratio >= least;
  const exitCode = isEnough ? 0 : BELOW_RATIO;
  const status = isEnough ? "ok" : "below_ratio";
  if (json) return { ...done(JSON.stringify({ status, ...counts, total, applied_ratio: ratio }, null, 2)), exitCode };
  const rows: [string, string][] = [
    ["applied", `${counts.applied} of ${showCount(total, "file")} (${showShare(counts.applied, total)})`],
    ["missing", String(counts.missing)],
    ["of another size", String(counts.size_mismatch)],
    ["modified", String(counts.modified)],
  ];
  return { ...done(...table(rows, (label) => label)), exitCode };
}

function trouble(why: string): CommandResult {
  return { ...failed(`Cannot replay a snapshot: ${why}`), exitCode: TROUBLE };
}
