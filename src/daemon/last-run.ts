// What a daemon leaves for the next one to tell how it ended: when it started, and, until it ends as it should, a note
// of who it is and where its log is. A note that is still there, when its lock is free, is of one that was ended.
//
//   last_run_zccache-daemon.txt   seconds since 1970, newline
//   running_zccache-daemon.json   { pid, version, log: path or null, log_from: bytes }; gone after an orderly end

import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync, writeFileSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import type { CrashCause } from "../sys/crash-dumps.ts";
import { fsPath } from "../sys/fs-path.ts";
import { removeIfThere } from "../sys/staged-file.ts";

/** A daemon that did not end as it should. */
export type Unended = {
  readonly pid: number;
  readonly version: string;
  /** Why, where its log tells; undefined: killed, cut off with the machine, or it had no log. */
  readonly crash: { readonly cause: CrashCause; readonly unixSeconds: number; readonly message: string } | undefined;
};

type Note = { readonly pid: number; readonly version: string; readonly log: string | null; readonly logFrom: number };

/** Says that this daemon runs. To be called by the owner of the state directory. @throws the system's error. */
export function beginRun(state: RawText, logFile: string | undefined): void {
  const seconds = Math.floor(Date.now() / 1000);
  writeFileSync(fsPath(`${state}/last_run_zccache-daemon.txt`), `${seconds}\n`, { mode: 0o600 });
  const size = logFile === undefined ? 0 : (statSync(logFile, { throwIfNoEntry: false })?.size ?? 0);
  const note = { pid: process.pid, version: VERSION, log: logFile ?? null, log_from: size };
  writeFileSync(fsPath(noteIn(state)), JSON.stringify(note), { mode: 0o600 });
}

/** Says that this daemon, if it is the one that runs, ends as it should or has written its own dump. */
export function endRun(state: RawText): void {
  try {
    if (readNote(noteIn(state))?.pid === process.pid) removeIfThere(noteIn(state));
  } catch {
    // Read-only by now: the next daemon takes this one for killed, and says so once.
  }
}

/** The daemon before, if it was ended. To be called by the owner, before `beginRun`. */
export function unendedRun(state: RawText): Unended | undefined {
  const note = readNote(noteIn(state));
  if (note === undefined) return undefined;
  return {
    pid: note.pid,
    version: note.version,
    crash: note.log === null ? undefined : crashIn(note.log, note.logFrom),
  };
}

/** What the runtime says when it dies by a signal, and which one that is. */
const SIGNAL_WORDS: readonly (readonly [words: string, cause: CrashCause])[] = [
  ["Segmentation fault", "SIGSEGV"],
  ["Bus error", "SIGBUS"],
  ["Illegal instruction", "SIGILL"],
  ["Floating point error", "SIGFPE"],
  ["abort() called", "SIGABRT"],
];

/** Finds the runtime's last words in a log. @internal */
export function lastWords(log: string): { cause: CrashCause; message: string } | undefined {
  const found = /^panic\([^)\n]*\): (.*)$/m.exec(log);
  if (found === null) return undefined;
  const [, words = ""] = found;
  const cause = SIGNAL_WORDS.find(([start]) => words.startsWith(start))?.[1] ?? "panic";
  // The address of the stack's frames is in the link, which nobody has to follow.
  const frames = /https:\/\/bun\.report\/\S+/.exec(log.slice(found.index))?.[0];
  const facts = log
    .slice(0, found.index)
    .split("\n")
    .filter((line) => /^(?:Bun v|Linux |Elapsed|RSS)/.test(line));
  return { cause, message: [words, "", ...facts, ...(frames === undefined ? [] : [`frames: ${frames}`])].join("\n") };
}

const MOST_BYTES = 64 * 1024;

function crashIn(log: string, from: number): Unended["crash"] {
  let fd: number | undefined;
  try {
    fd = openSync(log, "r");
    const { size, mtimeMs } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.max(0, Math.min(MOST_BYTES, size - from)));
    const words = lastWords(bytes.toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, size - bytes.length)));
    return words === undefined ? undefined : { ...words, unixSeconds: Math.floor(mtimeMs / 1000) };
  } catch {
    return undefined; // swept, or not ours to read: then nobody knows
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Undefined if there is none, or none of ours. */
function readNote(path: RawText): Note | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(fsPath(path), "utf8"));
    if (typeof note !== "object" || note === null) return undefined;
    const { pid, version, log, log_from: logFrom } = note as Record<string, unknown>;
    if (typeof pid !== "number" || typeof version !== "string" || typeof logFrom !== "number") return undefined;
    return { pid, version, log: typeof log === "string" ? log : null, logFrom };
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, "ENOENT", "EACCES")) return undefined;
    throw error;
  }
}

function noteIn(state: RawText): RawText {
  return `${state}/running_zccache-daemon.json`;
}
