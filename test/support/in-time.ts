// Promises about time, asserted so that a slow machine or one that stands still for seconds does not break them.

// What `fixedWork` takes on the machine that the promises were made for, milliseconds.
const FIXED_WORK_MS = 6;
const TRIES = 20;

/**
 * How long something takes at its best: a stall lengthens one try, what is really slow lengthens all.
 * @param promised Milliseconds on a machine as fast as the one of the promises; the first try that keeps it is the last.
 * @param attempt Makes a try; it gives the milliseconds that count if they are not all that it took.
 * @returns The shortest try, in milliseconds of that machine: a slower one may take longer by as much as it is slower.
 */
export async function quickest(promised: number, attempt: () => unknown, tries = TRIES): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < tries && best > promised; turn++) {
    const began = performance.now();
    const told = await attempt();
    const took = typeof told === "number" ? told : performance.now() - began;
    best = Math.min(best, took > promised ? took / machineSlowness() : took);
  }
  return best;
}

/**
 * Makes an attempt again if it failed, a few times: for what programs do that wait for each other no longer than so and
 * so many milliseconds, which a stall can use up. What is always wrong fails each time.
 */
export async function withinTries(attempt: () => Promise<void>, tries = 5): Promise<void> {
  for (let turn = 1; turn < tries; turn++) {
    try {
      return await attempt();
    } catch {}
  }
  await attempt();
}

/** How many times as long as there the same work takes here and now, at its best; at least 1. */
function machineSlowness(): number {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn++) {
    const began = performance.now();
    fixedWork();
    best = Math.min(best, performance.now() - began);
  }
  return Math.max(1, best / FIXED_WORK_MS);
}

function fixedWork(): number {
  let value = 1;
  for (let step = 0; step < 5_000_000; step++) value = (Math.imul(value, 1_103_515_245) + 12_345) | 0;
  return value;
}
