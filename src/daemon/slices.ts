// Long work in the thread that answers requests, done a slice at a time.

/** Milliseconds that a slice may take. With what comes between two, no request waits for 5. */
export const SLICE_MS = 1;

/** Resolves when everything that waits has had its turn. */
export function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
