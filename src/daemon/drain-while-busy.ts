// The kernel keeps 16,384 changes for us (inotify(7), max_queued_events); a build can make more than that between two
// requests, and everything would have to be looked at again.

import type { Activity } from "./activity.ts";

// Up to 65,000 changes a second; each time takes 0.1 ms.
const EVERY_MS = 250;
const BUSY_SECONDS = 1;

/** Takes changes in now and then as long as there are requests; an idle daemon sleeps. */
export class DrainWhileBusy implements Disposable {
  readonly #drain: (lateMs: number) => void;
  readonly #activity: Activity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param drain Told how late its timer fired. */
  constructor(drain: (lateMs: number) => void, activity: Activity) {
    this.#drain = drain;
    this.#activity = activity;
  }

  /** To be called at each request. */
  begin(): void {
    if (this.#timer !== undefined) return;
    const due = performance.now() + EVERY_MS;
    this.#timer = setTimeout(() => this.#tick(performance.now() - due), EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #tick(lateMs: number): void {
    this.#timer = undefined;
    this.#drain(lateMs);
    if (this.#activity.idleSeconds() < BUSY_SECONDS) this.begin();
  }
}
