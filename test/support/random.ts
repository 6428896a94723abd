// A small random generator with a seed, so that a failing run can be repeated (mulberry32).

/** Numbers from 0 up to, but without, `limit`. */
export type Random = { below(limit: number): number; pick<Item>(items: readonly [Item, ...Item[]]): Item };

/** The same seed gives the same numbers. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { below, pick: (items) => items[below(items.length)] ?? items[0] };
}
