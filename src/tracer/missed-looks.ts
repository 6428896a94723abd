// What the witness saw and no record shows: the proof that a tool works past the tracer.

import { posix } from "node:path";
import type { RawText } from "../core/raw-text.ts";
import type { TraceRecord } from "./read-records.ts";
import type { TraceKind } from "./record-format.ts";
import type { Witnessed } from "./witness.ts";

/**
 * What of a witnessed run the records of the same run do not show, in words. Three things count: every look below
 * `folder`, which was made for this run, so that neither the loader nor libc has anything to look for there; every
 * program that began; and every file elsewhere that was opened for its content.
 * @param folder Absolute, without symbolic links.
 * @param resolve Follows symbolic links; gives the path as it is where nothing is there.
 */
export function missedLooks(
  witnessed: readonly Witnessed[],
  records: readonly TraceRecord[],
  { folder, resolve }: { folder: RawText; resolve: (path: RawText) => RawText },
): string[] {
  const seen = new Seen(records, resolve);
  const missed = new Set<string>();
  for (const entry of witnessed) {
    const { act, pid, path, error } = entry;
    if (act === "foreign") missed.add("a system call of another ABI");
    else if (act === "program" && !seen.hasBegun(pid, path)) missed.add(`program ${path}`);
    else if (isBelow(path, folder) && !seen.tells(path, act)) missed.add(`${act} of ${path.slice(folder.length + 1)}`);
    else if (act === "open" && error === 0 && isOfTool(path, folder) && !seen.tells(path, act))
      missed.add(`${act} of ${path}`);
  }
  return [...missed];
}

// For each act the kinds of records that tell at least as much.
const TELLS: Readonly<Record<Witnessed["act"], readonly TraceKind[] | "any">> = {
  open: ["open", "object", "start", "exec", "spawn", "listing", "create", "untraceable"],
  presence: "any",
  link: ["link"],
  listing: ["listing"],
  change: ["create", "remove", "rename", "hard-link", "attributes", "open"],
  program: ["start"],
  foreign: "any",
  refused: "any",
  ended: "any",
};

/** The records, by path. */
class Seen {
  readonly #kinds = new Map<RawText, Set<TraceKind>>();
  readonly #programs = new Set<string>();
  readonly #resolve: (path: RawText) => RawText;

  constructor(records: readonly TraceRecord[], resolve: (path: RawText) => RawText) {
    this.#resolve = resolve;
    for (const { kind, pid, text, second } of records) {
      if (kind === "start") this.#programs.add(`${pid} ${text}`);
      for (const path of [text, second]) if (path.startsWith("/")) this.#note(kind, path);
    }
  }

  hasBegun(pid: number, program: RawText): boolean {
    return this.#programs.has(`${pid} ${program}`);
  }

  tells(path: RawText, act: Witnessed["act"]): boolean {
    const kinds = this.#kinds.get(posix.resolve(path)) ?? this.#kinds.get(this.#resolve(path));
    const enough = TELLS[act];
    return kinds !== undefined && (enough === "any" || enough.some((kind) => kinds.has(kind)));
  }

  #note(kind: TraceKind, path: RawText): void {
    // The loader names a library as it found it, the kernel's answer is the file itself.
    const names = kind === "object" ? [posix.resolve(path), this.#resolve(path)] : [posix.resolve(path)];
    for (const name of names) this.#kinds.set(name, (this.#kinds.get(name) ?? new Set()).add(kind));
  }
}

function isBelow(path: RawText, folder: RawText): boolean {
  return posix.resolve(path).startsWith(`${folder}/`);
}

function isOfTool(path: RawText, folder: RawText): boolean {
  const folded = posix.resolve(path);
  return folded !== folder && !LIBC_AND_LOADER.some((pattern) => pattern.test(folded));
}

/** The reviewed list: files that libc and the loader read by themselves, and the tracer. */
const LIBC_AND_LOADER: readonly RegExp[] = [
  // The loader's cache and list; users, groups and names of hosts; the time zone.
  /^\/etc\//,
  /^\/(dev|proc|sys|run)\//,
  // Locales, message catalogues, character sets: variables of a fixed list in the key.
  /\/locale\//,
  /\/gconv\//,
  /\/zoneinfo\//,
  /\/libzcctrace[^/]*\.so$/,
];
