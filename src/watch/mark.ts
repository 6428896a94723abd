// What is remembered of one path as long as nothing happened to it.

import type { Node } from "./node.ts";

/** One followed path in one aspect. */
export type Mark = {
  /** What a look found after `follow`; undefined since the mark was raised last. */
  state: string | undefined;
  /** When that was found, in milliseconds of `performance.now()`: it has been so from then on. */
  since: number;
  /** Number of times the mark was raised: a look that began before a raise must not be kept after it. */
  raised: number;
  /** Nodes that the mark hangs at. */
  nodes: readonly Node[];
};

/** A mark of nothing yet. */
export function newMark(): Mark {
  return { state: undefined, since: 0, raised: 0, nodes: [] };
}
