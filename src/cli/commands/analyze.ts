// zccache analyze: what a journal of calls says in sum. Needs no daemon.

import { readFileSync } from "node:fs";
import { describeError, isErrno } from "../../core/errors.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { isOf, type JournalCall, type Order, readJournal, type Summary, summarize } from "../journal.ts";
import { showDuration, showShare, table } from "../render.ts";

const ORDERS = ["wall-clock", "misses", "hits"] as const;
const OUTCOMES = ["hit", "miss", "non-cacheable"] as const;
const DEFAULT_TOP = 10;
const SCHEMA = 1;

export const analyze: Command = {
  name: "analyze",
  aliases: [],
  summary: "sum up a journal of calls",
  args: [{ name: "<journal>", summary: "a .jsonl file, as sessions write it" }],
  flags: [
    { name: "json", summary: "the figures as JSON" },
    { name: "session", value: "id", summary: "only calls of this session" },
    { name: "crate", value: "name", summary: "only calls for this crate" },
    { name: "outcome", value: "kind", summary: `only these: ${OUTCOMES.join(", ")}` },
    { name: "sort", value: "order", summary: `which calls to list, slowest first: ${ORDERS.join(", ")}` },
    { name: "top", value: "n", summary: `how many to list (default ${DEFAULT_TOP})` },
  ],
  examples: [
    ["zccache analyze build.jsonl", "hit rate, time by tool, slowest calls"],
    ["zccache analyze build.jsonl --outcome miss --top 5", "the five slowest misses"],
  ],
  run: runAnalyze,
};

type Wanted = { readonly order: Order; readonly top: number; readonly keep: (call: JournalCall) => boolean };

function runAnalyze(input: CommandInput): CommandResult {
  const [path = ""] = input.args;
  const wanted = wantedOf(input);
  if (typeof wanted === "string") return { ...failed(wanted), exitCode: 2 };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (!isErrno(error, "ENOENT")) return failed(`Cannot read the journal "${path}": ${describeError(error)}`);
    if (input.flags.has("json")) return done(JSON.stringify({ status: "missing", journal_path: path }, null, 2));
    return done(`There is no journal "${path}".`);
  }
  const { lines, calls } = readJournal(text);
  const summary = summarize(calls.filter(wanted.keep), wanted);
  if (!input.flags.has("json")) return done(...page(summary));
  const head = {
    status: "ok",
    schema_version: SCHEMA,
    journal_path: path,
    line_count: lines,
    parsed_count: calls.length,
  };
  return done(JSON.stringify({ ...head, ...summary }, null, 2));
}

/** What is asked for, or what is wrong with it. */
function wantedOf({ values }: CommandInput): Wanted | string {
  const value = (name: string) => values.get(name)?.at(-1);
  const [session, crate, outcome, top = String(DEFAULT_TOP)] = ["session", "crate", "outcome", "top"].map(value);
  const order = ORDERS.find((name) => name === (value("sort") ?? "wall-clock"));
  if (order === undefined) return `Cannot sort by "${value("sort")}": expected one of ${ORDERS.join(", ")}`;
  if (outcome !== undefined && !OUTCOMES.some((name) => name === outcome)) {
    return `Cannot look for outcome "${outcome}": expected one of ${OUTCOMES.join(", ")}`;
  }
  if (!/^\d{1,6}$/.test(top)) return `Cannot list "${top}" calls: expected a number`;
  const keep = (call: JournalCall) =>
    (session === undefined || call.sessionId === session) &&
    (crate === undefined || call.crate === crate) &&
    (outcome === undefined || isOf(call, outcome));
  return { order, top: Number(top), keep };
}

function page(summary: Summary): string[] {
  const plain = (label: string) => label;
  const { compile_count, link_count, hit_count, link_hit_count, miss_count, link_miss_count } = summary;
  const hits = hit_count + link_hit_count;
  const rows: [string, string][] = [
    ["compiles", String(compile_count)],
    ["links", String(link_count)],
    ["hit rate", showShare(hits, hits + miss_count + link_miss_count)],
    ["errors", String(summary.error_count)],
    ["time", showDuration(summary.total_latency_ms)],
  ];
  const tools = Object.entries(summary.by_tool_total_ms).map(([tool, millis]): [string, string] => [
    tool,
    `${showDuration(millis)}, ${summary.by_tool_calls[tool]} calls`,
  ]);
  const slowest = summary.top_slowest.map(({ tool, outcome, crate, latency_ms }): [string, string] => [
    showDuration(latency_ms),
    [outcome, tool, crate ?? ""].join("  ").trimEnd(),
  ]);
  const crates = summary.top_miss_crates.map(({ crate, misses }): [string, string] => [crate, String(misses)]);
  return [
    ...table(rows, plain),
    ...section("by tool", table(tools, plain)),
    ...section("slowest", table(slowest, plain)),
    ...section("misses by crate", table(crates, plain)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}
