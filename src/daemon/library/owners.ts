// The processes that keep a private daemon alive: counted, since several sessions may name the same one.

import { isRunning, processStat } from "../../sys/process-kill.ts";

/** A pid alone may be another process's by now; the time of its start tells. */
type Owner = { count: number; readonly started: string | undefined };

/** Owners of this daemon. It is private from the first one on. */
export class Owners {
  readonly #owners = new Map<number, Owner>();
  readonly #startOf: typeof startOf;
  #isPrivate = false;

  /** @param look Tells when a process started; undefined if it does not run. */
  constructor(look = startOf) {
    this.#startOf = look;
  }

  get isPrivate(): boolean {
    return this.#isPrivate;
  }

  /** Counts each process once more. One that has ended already is noticed by the next sweep. */
  add(pids: readonly number[]): void {
    this.#isPrivate = true;
    for (const pid of pids) {
      const owner = this.#owners.get(pid);
      if (owner === undefined) this.#owners.set(pid, { count: 1, started: this.#startOf(pid) });
      else owner.count += 1;
    }
  }

  /** Takes back an `add`. */
  release(pids: readonly number[]): void {
    for (const pid of pids) {
      const owner = this.#owners.get(pid);
      if (owner === undefined) continue;
      owner.count -= 1;
      if (owner.count === 0) this.#owners.delete(pid);
    }
  }

  /** Forgets those that have ended. @returns them, if the daemon is private and nobody is left who wants it. */
  sweep(): readonly number[] | undefined {
    const ended = [...this.#owners].filter(
      ([pid, { started }]) => started === undefined || this.#startOf(pid) !== started,
    );
    for (const [pid] of ended) this.#owners.delete(pid);
    return this.#isPrivate && this.#owners.size === 0 ? ended.map(([pid]) => pid) : undefined;
  }

  /** By pid. */
  report(): { pid: number; ref_count: number }[] {
    return [...this.#owners].map(([pid, { count }]) => ({ pid, ref_count: count })).sort((a, b) => a.pid - b.pid);
  }
}

function startOf(pid: number): string | undefined {
  if (!isRunning(pid)) return undefined;
  return processStat(pid)?.startTicks;
}
