// Entry of a worker thread: does one job after another. `pool.ts` is at the other end.

import type { JobRequest } from "./jobs.ts";

declare const self: Worker;

// Loaded behind the handler's back: in the executable, messages that come while an entry's imports are awaited
// (sys/xxh64.ts awaits its WebAssembly) find no handler yet and are lost.
const jobs = import("./jobs.ts");

self.onmessage = async (event: MessageEvent<JobRequest>) => {
  const { doJob } = await jobs;
  postMessage(doJob(event.data));
};
