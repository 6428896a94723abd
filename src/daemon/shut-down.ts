// The orderly end: no new clients; those that are served get time to finish; then everything is on disk.

import type { Listener } from "../ipc/listen.ts";
import type { Activity } from "./activity.ts";
import type { Services } from "./services.ts";

/** What has to end. */
export type Ending = { readonly listener: Listener; readonly services: Services; readonly activity: Activity };

// Whoever asked at the same moment, be it for the end, gets an answer.
const LAST_CALLERS_MS = 50;

// A tool that a client runs may take hours; it ends without us.
const REQUESTS_MS = 10_000;

const ARTIFACT_WRITES_MS = 30_000;

const INDEX_LOG_MS = 2_000;

/** Ends within 42 seconds, usually within a tenth of one. */
export async function shutDown({ listener, services, activity }: Ending): Promise<void> {
  await Bun.sleep(LAST_CALLERS_MS);
  listener.stop();
  const began = performance.now();
  await activity.settled(REQUESTS_MS);
  await services.writing.settled(ARTIFACT_WRITES_MS - (performance.now() - began));
  await services.endedCalls[Symbol.asyncDispose]();
  await writeIndex(services);
  await services.depgraph.close();
  services.spool[Symbol.dispose]();
  await services.pool[Symbol.asyncDispose]();
}

/** What the index's own end leaves over when it takes too long is written at once: later is never. */
async function writeIndex({ store }: Services): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), INDEX_LOG_MS);
  const end = await Promise.race([store[Symbol.asyncDispose](), promise]);
  clearTimeout(timer);
  if (end === "late") store.flush();
}
