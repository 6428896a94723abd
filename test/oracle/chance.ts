// Words for drawing lots, on top of the seeded generator.

import type { Random } from "../support/random.ts";

/** True once in `times`. */
export function oneIn(random: Random, times: number): boolean {
  return random.below(times) === 0;
}

/** One of `items`; undefined if there is none. */
export function anyOf<Item>(random: Random, items: readonly Item[]): Item | undefined {
  return items[random.below(items.length)];
}

/** Each item once in `times`, in their order. */
export function someOf<Item>(random: Random, items: readonly Item[], times: number): Item[] {
  return items.filter(() => oneIn(random, times));
}

/** The items in a random order. */
export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const left = [...items];
  const order: Item[] = [];
  while (left.length > 0) order.push(...left.splice(random.below(left.length), 1));
  return order;
}

/** One of the choices, each as likely as its weight says. */
export function weighed<Item>(random: Random, choices: readonly (readonly [weight: number, item: Item])[]): Item {
  let left = random.below(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, item] of choices) {
    if (left < weight) return item;
    left -= weight;
  }
  throw new Error("Cannot choose: there are no choices");
}
