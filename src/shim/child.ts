// Waiting for the tool while signals still reach it: what is sent to this process alone is handed on, and nothing but
// the tool's own end is ours.

import { constants } from "node:os";
import { processStat } from "../sys/process-kill.ts";
import { waitForChild } from "../sys/processes.ts";

/** Exit code, or the signal that ended it. */
export type ChildEnd = ReturnType<typeof waitForChild>;

const { signals } = constants;
const FORWARDED = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;

// A terminal or `make` signals the whole process group, the tool included. A second signal while it cleans up would kill
// it half-way, so it gets one only if it is still there after this time.
const FORWARD_AFTER_MS = 100;

// What a tool says that runs for longer is passed on while it runs: cargo starts what needs a crate as soon as rustc says
// that its metadata is there.
const FOLLOW_AFTER_MS = 50;
const FOLLOW_MS = 10;

/** How a child is started, and what is done now and then while it runs. */
export type Watched = { readonly start: () => number; readonly follow: () => void };

/**
 * Starts a child and waits for its end. Signals that the caller ignores are left alone, so that the child ignores them
 * as well.
 */
export async function watchChild({ start, follow }: Watched, ignored: ReadonlySet<number>): Promise<ChildEnd> {
  const changed = wakeUp();
  using handlers = new Handlers();
  handlers.set("SIGCHLD", changed.wake);
  let pid: number | undefined;
  for (const name of FORWARDED) {
    if (!ignored.has(signals[name])) handlers.set(name, () => forward(name, pid));
  }
  pid = start();
  const followFrom = performance.now() + FOLLOW_AFTER_MS;
  while (!hasEnded(pid)) {
    const isFollowed = performance.now() >= followFrom;
    if (isFollowed) follow();
    await changed.within(isFollowed ? FOLLOW_MS : FOLLOW_AFTER_MS);
  }
  return waitForChild(pid);
}

function forward(name: NodeJS.Signals, pid: number | undefined): void {
  if (pid === undefined) return;
  setTimeout(() => {
    if (!hasEnded(pid)) process.kill(pid, name);
  }, FORWARD_AFTER_MS).unref();
}

/** True for a child that is only there to be waited for. */
function hasEnded(pid: number): boolean {
  const stat = processStat(pid);
  return stat === undefined || stat.state === "Z";
}

/** Signal handlers that are taken away again. */
class Handlers implements Disposable {
  readonly #handlers: [NodeJS.Signals, () => void][] = [];

  set(name: NodeJS.Signals, handler: () => void): void {
    process.on(name, handler);
    this.#handlers.push([name, handler]);
  }

  [Symbol.dispose](): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler);
  }
}

/** Something to wait for again and again; a wake-up that comes while nobody waits is kept. */
function wakeUp(): { wake: () => void; within: (milliseconds: number) => Promise<void> } {
  let next = Promise.withResolvers<void>();
  return {
    wake: () => next.resolve(),
    within: async (milliseconds) => {
      const timer = setTimeout(next.resolve, milliseconds);
      await next.promise;
      clearTimeout(timer);
      next = Promise.withResolvers<void>();
    },
  };
}
