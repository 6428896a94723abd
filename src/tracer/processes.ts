// The processes of a traced tree: whether each program that was started told us so, and whose environment is whose.

import { baseName, type RawText, showRaw } from "../core/raw-text.ts";
import { isInterpreter } from "./interpreters.ts";
import type { TraceRecord } from "./read-records.ts";

/** Follows the processes of one run through its records. */
export class ProcessTree {
  /** True once an interpreter has started. */
  wholeEnvironment = false;
  readonly #processes = new Map<number, Process>();
  /** pid → program, of children that posix_spawn made and that have not been heard of. */
  readonly #spawned = new Map<number, RawText>();
  readonly #asked = new Set<RawText>();

  /** A program has begun in this process. */
  start(record: TraceRecord): void {
    if (isInterpreter(record.text)) this.wholeEnvironment = true;
    const known = this.#processes.get(record.pid);
    // Without an exec before it, it is another process to which the kernel gave a pid anew.
    const before = known?.executing === undefined ? undefined : known;
    const parent = this.#processes.get(record.flags);
    const ownNames = [...(before?.ownNames ?? []), ...(before?.parent === undefined ? (parent?.ownNames ?? []) : [])];
    this.#processes.set(record.pid, newProcess(record.flags, ownNames, record.text));
  }

  /**
   * True for the make by which gcc compiles the parts of a program at link time. It lists the folders of its targets,
   * which are temporaries under random names, to find their prerequisites: what else is in there means nothing to it.
   */
  isLinkTimeMake(pid: number): boolean {
    const process = this.#processes.get(pid);
    const parent = this.#processes.get(process?.parent ?? 0);
    return /\/g?make$/.test(process?.program ?? "") && baseName(parent?.program ?? "") === "lto-wrapper";
  }

  /** True for lld, whatever it is called. */
  isLinkerOfLlvm(pid: number): boolean {
    return baseName(this.#processes.get(pid)?.program ?? "") === "lld";
  }

  /** The process is about to become another program; `start` or `execFailed` is expected next. */
  exec(record: TraceRecord): void {
    // A child of fork or vfork has not been heard of before.
    let process = this.#processes.get(record.pid);
    if (process === undefined) {
      process = newProcess(undefined, [], "");
      this.#processes.set(record.pid, process);
    }
    process.executing = record.text;
  }

  execFailed(record: TraceRecord): void {
    const process = this.#processes.get(record.pid);
    if (process !== undefined) process.executing = undefined;
  }

  /** The program that the process is about to become. */
  executing(pid: number): RawText | undefined {
    return this.#processes.get(pid)?.executing;
  }

  /** posix_spawn made a child; its `start` may have come before. */
  spawned(record: TraceRecord): void {
    this.#spawned.set(record.flags, record.text);
  }

  /** A variable was asked for. It matters unless this process, or one that it descends from, had set it before. */
  ask(record: TraceRecord): void {
    const process = this.#processes.get(record.pid);
    if (process !== undefined && record.text === SOURCE_DATE && record.error === 0) process.fixedDate = true;
    if (process?.ownNames.has(record.text) || process?.ownNames.has(ALL_NAMES)) return;
    this.#asked.add(record.text);
  }

  set(record: TraceRecord): void {
    this.#processes.get(record.pid)?.ownNames.add(record.text);
  }

  /** True if the process has been told which date to show. */
  hasFixedDate(pid: number): boolean {
    return this.#processes.get(pid)?.fixedDate === true;
  }

  /** dlopen was called: what it mapped must be listed before the process ends. */
  load(record: TraceRecord): void {
    const process = this.#processes.get(record.pid);
    if (process !== undefined) process.loading = record.text;
  }

  objectsListed(pid: number): void {
    const process = this.#processes.get(pid);
    if (process !== undefined) process.loading = undefined;
  }

  /** Names asked for, sorted. */
  environment(): RawText[] {
    return [...this.#asked].filter((name) => !name.startsWith("ZCC_")).sort();
  }

  /** What was not seen, in words; undefined if everything was. */
  gap(): string | undefined {
    if (this.#processes.size === 0) return "the tool left no record";
    for (const process of this.#processes.values()) {
      if (process.executing !== undefined) return `untraced program ${showRaw(process.executing)}`;
      if (process.loading !== undefined) return `unknown library ${showRaw(baseName(process.loading))}`;
    }
    for (const [pid, program] of this.#spawned)
      if (!this.#processes.has(pid)) return `untraced program ${showRaw(program)}`;
    return undefined;
  }
}

type Process = {
  /** Undefined: not known, a child that only executes. */
  readonly parent: number | undefined;
  /** Path of its executable; empty if it only executes. */
  readonly program: RawText;
  /** Variables that it or its ancestors set, so that their values do not come from the request. */
  readonly ownNames: Set<RawText>;
  executing: RawText | undefined;
  loading: RawText | undefined;
  fixedDate: boolean;
};

const ALL_NAMES = "*";
const SOURCE_DATE = "SOURCE_DATE_EPOCH";

function newProcess(parent: number | undefined, ownNames: readonly RawText[], program: RawText): Process {
  return { parent, program, ownNames: new Set(ownNames), executing: undefined, loading: undefined, fixedDate: false };
}
