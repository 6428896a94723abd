// The journal of a session: one JSON object a line, one line a compile. Values of variables are never in it.

import { appendFileSync } from "node:fs";
import { baseName, type RawText, showRaw } from "../../core/raw-text.ts";
import { fsPath } from "../../sys/fs-path.ts";
import type { CallRecord } from "./call-record.ts";
import { REDACTED, type Redact, redactArgument } from "./redact.ts";
import { refused } from "./refused.ts";
import type { ToolOrder } from "./tool-order.ts";

/** One compile: what was asked, and what became of it. */
export type JournalEntry = {
  readonly call: Pick<ToolOrder, "tool" | "args" | "cwd" | "variables">;
  readonly record: CallRecord;
  /** The tool's; -1 if there was none, null if only the client knows it. */
  readonly exitCode: number | null;
};

/** How entries are written. */
export type JournalOptions = { readonly session: string; readonly profile: boolean; readonly redact: Redact };

/** Opens a file for lines to be added. @throws {ZccacheError} `BAD_REQUEST` if nothing can be written there. */
export function openLines(what: string, path: RawText): void {
  try {
    appendFileSync(fsPath(path), "");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw refused(`write the ${what} "${showRaw(path)}"`, reason, cause);
  }
}

/**
 * Adds a line. The file is not kept open, so that its directory can be removed at any time; a disk that is full is no
 * reason to fail a compile.
 */
export function addLine(path: RawText, line: string): void {
  try {
    appendFileSync(fsPath(path), `${line}\n`);
  } catch {
    // As said.
  }
}

/** The line of one compile. */
export function journalLine(entry: JournalEntry, { session, profile, redact }: JournalOptions): string {
  const { call, record, exitCode } = entry;
  const outcome = outcomeOf(entry);
  return JSON.stringify({
    ts: new Date().toISOString(),
    outcome,
    compiler: redact(showRaw(call.tool)),
    args: call.args.map((argument) => redactArgument(argument, redact)),
    cwd: redact(showRaw(call.cwd)),
    env: Object.fromEntries([...call.variables.keys()].map((name) => [showRaw(name), REDACTED])),
    exit_code: exitCode,
    session_id: session,
    latency_ns: Math.round((performance.now() - record.started) * 1e6),
    ...(outcome.endsWith("miss") ? { miss_reason: record.missReason } : {}),
    ...(profile ? profileOf(entry, redact) : {}),
  });
}

function outcomeOf({ exitCode, record }: JournalEntry): string {
  const cached = record.end === "given";
  if (exitCode !== 0 && exitCode !== null) return cached ? "cached_error" : "error";
  const kind = cached ? "hit" : "miss";
  return record.isLink ? `link_${kind}` : kind;
}

function profileOf({ call, record }: JournalEntry, redact: Redact) {
  const optionValue = (name: string): string | null => {
    const at = call.args.indexOf(name);
    const joined = call.args.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
    const value = joined ?? (at === -1 ? undefined : call.args[at + 1]);
    return value === undefined ? null : redact(showRaw(value));
  };
  return {
    crate_name: optionValue("--crate-name"),
    crate_type: optionValue("--crate-type"),
    output_ext: extensionOf(record.output),
    self_profile_ns: record.times,
  };
}

/** Without its dot; null if there is none. */
function extensionOf(path: RawText | undefined): string | null {
  const [, extension] = /[^.]\.([^.]+)$/s.exec(baseName(path ?? "")) ?? [];
  return extension === undefined ? null : showRaw(extension);
}
