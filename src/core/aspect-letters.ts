// One letter for each aspect, where many are kept or sent.

import type { Aspect } from "./observation.ts";

/** By aspect. */
export const ASPECT_LETTERS = {
  content: "c",
  link: "l",
  listing: "d",
  presence: "p",
  stamp: "t",
} as const satisfies Record<Aspect, string>;

const ASPECTS: ReadonlyMap<string, Aspect> = new Map([
  ["c", "content"],
  ["l", "link"],
  ["d", "listing"],
  ["p", "presence"],
  ["t", "stamp"],
]);

/** The aspect behind a letter; undefined if there is none. */
export function aspectOf(letter: string): Aspect | undefined {
  return ASPECTS.get(letter);
}
