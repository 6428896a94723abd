// The processes of one traced run that still live: outputs are taken when the last has ended, and a run whose client is
// gone is ended with all of them.

import { fstatSync, readdirSync } from "node:fs";
import { isRunning, killIf, readProcess } from "../sys/process-kill.ts";
import type { TraceBuffer } from "../tracer/buffer.ts";
import { HEADER_BYTES, RECORD, RECORD_HEAD_BYTES } from "../tracer/record-format.ts";

/** A process may be between fork and its first record: only after so long a quiet nothing more is expected. */
export const QUIET_MS = 250;

const KILL_MS = 2000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 40;

// Kinds of records whose flags are a pid too: a starting program's parent, a forked child, which may have no record of its
// own for a while, and a spawned one (record-format.ts).
const KINDS_WITH_PID = ["S", "k", "w"].map((letter) => letter.charCodeAt(0));

/** Finds the processes of the run that writes into `buffer`, which has to stay open meanwhile. Reads each record once. */
export class RunProcesses {
  readonly #buffer: TraceBuffer;
  readonly #mapped: RegExp;
  readonly #variable: string;
  readonly #recorded = new Set<number>();
  /** Where the first record is that was not read. */
  #at = HEADER_BYTES;

  constructor(buffer: TraceBuffer) {
    this.#buffer = buffer;
    this.#mapped = new RegExp(` ${fstatSync(buffer.fd, { bigint: true }).ino} +/memfd:`);
    this.#variable = `ZCC_TRACE=${buffer.path}`;
  }

  /** Process ids of those that run, their untraced children included. `known`: need not be looked at. */
  live(known?: number): number[] {
    const live = new Set<number>();
    const queue = this.#candidates();
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      if (pid === known || live.has(pid) || !isRunning(pid) || !this.#isOfThisRun(pid)) continue;
      live.add(pid);
      queue.push(...readProcess(pid, "children").split(" ").filter(Boolean).map(Number));
    }
    return [...live];
  }

  /** Waits until none runs. @param client Lives and is none of them. @returns those that still do after `limitMs`. */
  async ended(limitMs: number, client: number): Promise<number[]> {
    const deadline = performance.now() + limitMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = longer(pause)) {
      const live = this.live(client);
      if (live.length === 0 || performance.now() > deadline) return live;
      await Bun.sleep(pause);
    }
  }

  /** Kills all of them, and those that turn up until there were none for `quietMs`. */
  async kill(quietMs: number): Promise<void> {
    const deadline = performance.now() + KILL_MS;
    let quietSince = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = longer(pause)) {
      const killed = this.live().filter((pid) => killIf(pid, (candidate) => this.#isOfThisRun(candidate)));
      const now = performance.now();
      if (killed.length > 0) {
        quietSince = now;
        pause = FIRST_PAUSE_MS;
      }
      if (now > deadline || now - quietSince >= quietMs) return;
      await Bun.sleep(pause);
    }
  }

  /** Pids that wrote, or were started by one that did; each may have ended and be another's by now. */
  #candidates(): number[] {
    const bytes = this.#buffer.readFrom(this.#at);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let last = -1;
    for (let at = 0; at < bytes.length; ) {
      const size = at + RECORD_HEAD_BYTES > bytes.length ? 0 : view.getUint32(at + RECORD.size, true);
      // A writer that died inside of a record hides all later ones.
      if (size < RECORD_HEAD_BYTES) return allProcesses();
      const pid = view.getUint32(at + RECORD.pid, true);
      if (pid !== last) this.#recorded.add(pid);
      last = pid;
      if (KINDS_WITH_PID.includes(view.getUint8(at + RECORD.kind)))
        this.#recorded.add(view.getUint32(at + RECORD.flags, true));
      at += size;
      this.#at += size;
    }
    return [...this.#recorded];
  }

  /** It has mapped the buffer, or is about to: between exec and the loading of the tracer only its environment tells. */
  #isOfThisRun(pid: number): boolean {
    if (pid === process.pid) return false;
    return (
      this.#mapped.test(readProcess(pid, "maps")) || readProcess(pid, "environ").split("\0").includes(this.#variable)
    );
  }
}

function longer(pause: number): number {
  return Math.min(pause * 2, LONGEST_PAUSE_MS);
}

function allProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
