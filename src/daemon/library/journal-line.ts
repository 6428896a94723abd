// One line of a journal: a call as a JSON object. Values of variables are never in it.

import { baseName, type RawText, showRaw } from "../../core/raw-text.ts";
import { nanoseconds, type PhaseTimes } from "../call-phases.ts";
import type { Change } from "../miss-diff.ts";
import type { CallRecord } from "./call-record.ts";
import { REDACTED, type Redact, redactArguments } from "./redact.ts";
import type { ToolOrder } from "./tool-order.ts";

/** One compile: what was asked, and what became of it. */
export type JournalEntry = {
  readonly call: Pick<ToolOrder, "tool" | "args" | "cwd" | "variables">;
  readonly record: CallRecord;
  /** The tool's; `NO_TOOL`; null if only the client knows it. */
  readonly exitCode: number | null;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** What has changed since the result that a miss might have got. */
  readonly changes?: readonly Change[] | undefined;
};

/** Exit code of a call for which no tool ran and nothing was given. */
export const NO_TOOL = -1;

/** How entries are written. */
export type LineOptions = {
  readonly session: string | null;
  /** With the fields of `SessionStart.profile`. */
  readonly profile: boolean;
  /** With the names of all variables. */
  readonly names: boolean;
  readonly redact: Redact;
};

// A header that everything includes can change together with hundreds of others.
const MOST_CHANGES = 20;

/** The line of one compile, without its end. @param asked As `askedText`, where that is known. */
export function journalLine(entry: JournalEntry, options: LineOptions, asked = askedText(entry, options)): string {
  const { call, record, exitCode, changes } = entry;
  const { session, profile, names, redact } = options;
  const outcome = outcomeOf(entry);
  const became = {
    ts: new Date(entry.endedAt).toISOString(),
    outcome,
    ...(names ? { env: Object.fromEntries([...call.variables.keys()].map((name) => [showRaw(name), REDACTED])) } : {}),
    exit_code: exitCode,
    session_id: session,
    latency_ns: nanoseconds(record.latencyMs),
    ...(outcome.endsWith("miss") ? { miss_reason: record.missReason } : {}),
    ...(changes === undefined ? {} : { miss_diff: shownChanges(changes, redact) }),
    ...(record.refusal === undefined ? {} : { non_cacheable_reason: record.refusal }),
    ...(profile ? { self_profile_ns: selfProfile(record.phases.times) } : {}),
  };
  return `${JSON.stringify(became).slice(0, -1)},${asked}}`;
}

/** What was asked, as members of the line's object; the same for calls of one tool with the same arguments in one place. */
export function askedText(
  { call, record }: Pick<JournalEntry, "call" | "record">,
  { profile, redact }: Pick<LineOptions, "profile" | "redact">,
): string {
  const show = (text: RawText) => redact(showRaw(text));
  const asked = {
    compiler: show(call.tool),
    args: redactArguments(call.args, redact),
    cwd: show(call.cwd),
    ...(profile ? crateOf(call, show) : {}),
    ...(profile ? { output_ext: extensionOf(record.output) } : {}),
  };
  return JSON.stringify(asked).slice(1, -1);
}

function outcomeOf({ exitCode, record }: JournalEntry): string {
  const cached = record.end === "given";
  if (exitCode !== 0 && exitCode !== null) return cached ? "cached_error" : "error";
  const kind = cached ? "hit" : "miss";
  return record.isLink ? `link_${kind}` : kind;
}

type Show = (text: RawText) => string;

function crateOf(call: JournalEntry["call"], show: Show) {
  const optionValue = (name: string): string | null => {
    const at = call.args.indexOf(name);
    const joined = call.args.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
    const value = joined ?? (at === -1 ? undefined : call.args[at + 1]);
    return value === undefined ? null : show(value);
  };
  return { crate_name: optionValue("--crate-name"), crate_type: optionValue("--crate-type") };
}

/** The phases of others' journals, each made of some of ours. */
function selfProfile(times: PhaseTimes) {
  return {
    hash_inputs: nanoseconds(times.hash_source + times.build_context),
    lookup: nanoseconds(times.request_cache_lookup + times.depgraph_check + times.hash_headers),
    decompress: nanoseconds(times.artifact_lookup + times.write_output),
    store: nanoseconds(times.hash_all + times.artifact_store),
  };
}

/** At most twenty, arguments redacted like a command line's. */
function shownChanges(changes: readonly Change[], redact: Redact) {
  const shown = changes.slice(0, MOST_CHANGES).map((change) => shownChange(change, redact));
  return changes.length <= MOST_CHANGES ? shown : [...shown, { kind: "more", count: changes.length - MOST_CHANGES }];
}

function shownChange(change: Change, redact: Redact) {
  const show = (text: RawText) => redact(showRaw(text));
  switch (change.kind) {
    case "argument":
      return {
        kind: change.kind,
        added: redactArguments(change.added, redact),
        removed: redactArguments(change.removed, redact),
      };
    case "dependency":
    case "tool":
      return { ...change, path: show(change.path) };
    case "variable":
      return { ...change, name: show(change.name) };
    default:
      return change;
  }
}

/** Without its dot; null if there is none. */
function extensionOf(path: RawText | undefined): string | null {
  const [, extension] = /[^.]\.([^.]+)$/s.exec(baseName(path ?? "")) ?? [];
  return extension === undefined ? null : showRaw(extension);
}
