// A benchmark that is interrupted still stops every daemon it started and removes what it made: the signal ends the
// programs that run, and whatever awaits them fails, so that every `finally` on the way out is passed.

import { readdirSync } from "node:fs";
import { endProcess, parentOf } from "./processes.ts";

/** Listens for SIGINT, SIGTERM and SIGHUP from the moment it is made. */
export class Interruption {
  #signal: NodeJS.Signals | undefined;

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => {
        this.#signal ??= signal;
        endDescendants();
      });
  }

  /** The first signal that came. */
  get signal(): NodeJS.Signals | undefined {
    return this.#signal;
  }

  /** @throws {Error} Once a signal has come. To be asked before each step. */
  check(): void {
    if (this.#signal !== undefined) throw new Error(`Cannot go on: ${this.#signal}`);
  }
}

/** Kills what this process started; not the daemons, which have left the family. */
function endDescendants(): void {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parents = new Map(pids.map((pid) => [Number(pid), parentOf(Number(pid))]));
  for (const pid of parents.keys()) if (descends(pid, parents)) endProcess(pid);
}

function descends(pid: number, parents: ReadonlyMap<number, number>): boolean {
  let ancestor = parents.get(pid);
  while (ancestor !== undefined && ancestor !== process.pid) ancestor = parents.get(ancestor);
  return ancestor === process.pid;
}
