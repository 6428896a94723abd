// Where the worker's program is.

/**
 * What `new Worker` takes. In the executable, modules are in chunks at the root, so that a URL relative to this file
 * would lead nowhere; `build.ts` gives the worker as an entry point of its own, below `src/`.
 */
export function workerUrl(): string {
  return Bun.isStandaloneExecutable ? "/$bunfs/root/workers/worker.js" : new URL("./worker.ts", import.meta.url).href;
}
