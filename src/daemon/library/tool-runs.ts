// Tools that the daemon runs itself: a bounded number at once, and none of them outlives it.
//
// A tool may call us again: a stand-in, or a client that orders a run. While such a call has to wait for a place, or for
// an equal call that waits for one, its tool does nothing, so its place is lent. Otherwise as many of them as there are
// places would wait for each other for ever.

import { processStat } from "../../sys/process-kill.ts";
import { runTool, type ToolEnd, type ToolStart } from "./run-tool.ts";
import { once, type Place, type Slots } from "./slots.ts";
import type { ToolGuard } from "./tool-guard.ts";

/** A place for one run. It is free again as soon as the run has ended. */
export type ToolPlace = Disposable & {
  /** Runs a tool to its end, once. @throws as `runTool`. */
  run(tool: ToolStart): Promise<ToolEnd>;
};

/** Who asks: its process, and that it has gone away. */
export type ToolClient = { readonly pid: number; readonly gone: AbortSignal };

// A stand-in whose call takes so long without its tool being run waits for something. Most are answered in a few
// milliseconds, for which it is not worth while to let others begin.
const BLOCKED_MS = 250;

// Levels of processes between a client and the tool that it works for.
const MOST_LEVELS = 64;

export class ToolRuns {
  readonly #slots: Slots;
  readonly #guard: Pick<ToolGuard, "prepare" | "watch"> | undefined;
  /** By the leader of the tool's process group. */
  readonly #places = new Map<number, Place>();

  constructor(slots: Slots, guard?: Pick<ToolGuard, "prepare" | "watch">) {
    this.#slots = slots;
    this.#guard = guard;
  }

  /** Waits for a place. @throws {ZccacheError} `CONNECTION_CLOSED` once the client is gone. */
  async enter({ pid, gone }: ToolClient): Promise<ToolPlace> {
    const above = this.#slots.hasFree ? undefined : this.#placeAbove(pid);
    // Before others: it is their tools' turn when those who are at it have ended.
    const waiting = this.#slots.take(gone, above === undefined ? "last" : "first");
    const lent = above?.lend();
    try {
      return this.#toolPlace(await waiting, { gone, lent });
    } catch (error) {
      lent?.[Symbol.dispose]();
      throw error;
    }
  }

  /** While it is not disposed, a client may wait for others. */
  mayWait(pid: number): Disposable {
    const above = this.#placeAbove(pid);
    let lent: Disposable | undefined;
    const timer = above && setTimeout(() => (lent = above.lend()), BLOCKED_MS);
    return once(() => {
      clearTimeout(timer);
      lent?.[Symbol.dispose]();
    });
  }

  #toolPlace(place: Place, { gone, lent }: { gone: AbortSignal; lent: Disposable | undefined }): ToolPlace {
    const leave = once(() => {
      // In this order, so that the place goes back to where it came from.
      lent?.[Symbol.dispose]();
      place[Symbol.dispose]();
    });
    const started = (pid: number) => {
      this.#places.set(pid, place);
      const watched = this.#guard?.watch(pid);
      return once(() => {
        this.#places.delete(pid);
        watched?.[Symbol.dispose]();
      });
    };
    const run = async (tool: ToolStart) => {
      using _left = leave;
      this.#guard?.prepare();
      return await runTool(tool, gone, started);
    };
    return { run, [Symbol.dispose]: () => leave[Symbol.dispose]() };
  }

  /** The place of the tool that a process works for: below it, or in its process group. Nearly always there is none. */
  #placeAbove(pid: number): Place | undefined {
    let at = pid;
    for (let level = 0; level < MOST_LEVELS && at > 1 && this.#places.size > 0; level += 1) {
      const { parent = 0, group = 0 } = processStat(at) ?? {};
      const place = this.#places.get(at) ?? this.#places.get(group);
      if (place !== undefined) return place;
      at = parent;
    }
    return undefined;
  }
}
