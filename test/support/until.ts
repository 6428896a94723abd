// Waiting for what another process does by and by.

const PATIENCE_MS = 120_000;

/**
 * Waits for a condition, which a busy machine may delay for long, but not for good.
 * @param what Says in the error what did not happen.
 * @param pauseMs Between two looks; longer where a look is a program that is run.
 * @returns Milliseconds that it took.
 * @throws {Error} After two minutes.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = String(holds),
  pauseMs = 5,
): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > PATIENCE_MS) throw new Error(`Cannot go on: waited in vain for ${what}`);
    await Bun.sleep(pauseMs);
  }
  return performance.now() - began;
}
