// What was made right before a run can't be told from what changes while it runs, so the result of that run would not be
// stored: the clock by which that is judged moves in ticks of up to 10 ms, behind the times that files may have.

import { fileClockNs, wallClockNs } from "../sys/libc.ts";

/** The clock that runs are dated by, and the one that files' times may be ahead to. */
export type HandOverClocks = { readonly fileNs: () => bigint; readonly wallNs: () => bigint };

const KERNEL: HandOverClocks = { fileNs: fileClockNs, wallNs: wallClockNs };

// More than a tick: a clock was set back.
const LONGEST_NS = 20_000_000n;

/** When callers were last told that their outputs are there. A build links what it has just compiled. */
export class HandOver {
  readonly #clocks: HandOverClocks;
  #lastNs = 0n;

  constructor(clocks = KERNEL) {
    this.#clocks = clocks;
  }

  /** To be called when outputs are about to be told of. */
  note(): void {
    this.#lastNs = this.#clocks.wallNs();
  }

  /** Waits, some milliseconds at most, until a run that is started can tell that those outputs are older. */
  async isOver(): Promise<void> {
    while (this.#isRecent(this.#clocks.fileNs())) await Bun.sleep(1);
  }

  #isRecent(now: bigint): boolean {
    return now <= this.#lastNs && this.#lastNs - now < LONGEST_NS;
  }
}
