// What is remembered of one path as long as nothing happened to it.

import type { Node } from "./node.ts";

/** One followed path in one aspect. */
export type Mark = {
  /** What a look found after `follow`; undefined since the mark was raised last. */
  state: string | undefined;
  /** Which file that was, if anybody asked (`<device>:<inode>`). */
  identity: string | undefined;
  /** When that was found, in milliseconds of `performance.now()`: it has been so from then on. */
  since: number;
  /** Number of times the mark was raised: a look that began before a raise must not be kept after it. */
  raised: number;
  /** Lives of the daemon since one in which a request asked for it: more than 0 if it is only followed in advance. */
  idleLives: number;
  /** Nodes that the mark hangs at. */
  nodes: readonly Node[];
};

/** A mark of nothing yet. */
export function newMark(): Mark {
  return { state: undefined, identity: undefined, since: 0, raised: 0, idleLives: 0, nodes: [] };
}
