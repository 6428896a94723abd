// Entry of a worker thread: does one job after another. `pool.ts` is at the other end.

import type { JobRequest } from "./jobs.ts";

declare const self: Worker;

// Loaded behind the handler's back: in the executable, messages that come while an entry's imports are awaited
// (sys/xxh64.ts awaits its WebAssembly) find no handler yet and are lost.
const jobs = import("./jobs.ts");

// A trace that was taken apart leaves its text behind, which weighs little to the engine's collector: without being told
// to look it lets hundreds of megabytes gather in half an hour. A look takes some milliseconds.
const JOBS_BETWEEN_COLLECTIONS = 100;
let done = 0;

self.onmessage = async (event: MessageEvent<JobRequest>) => {
  const { doJob } = await jobs;
  postMessage(doJob(event.data));
  done++;
  if (done % JOBS_BETWEEN_COLLECTIONS === 0) Bun.gc(true);
};
