// Follows paths: tells, without looking at them, which may lead to something else than when they were last looked at.

import type { Aspect } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import { type Mark, newMark } from "./mark.ts";
import type { Node } from "./node.ts";
import { resolveWay } from "./resolve.ts";
import { type Held, type Unfollowed, WatchedTree, type WatchParts } from "./watched-tree.ts";

export type { Mark } from "./mark.ts";

const ASPECTS = ["content", "presence", "link", "listing", "stamp"] as const satisfies readonly Aspect[];

/** For `status`. */
export type WatchReport = {
  readonly watches: number;
  readonly paths: number;
  readonly events: number;
  readonly overflows: number;
  readonly unfollowed: Readonly<Unfollowed>;
};

/** Follows paths through one queue of changes. All calls are synchronous. */
export class PathWatch {
  readonly #tree: WatchedTree;
  readonly #marks: Record<Aspect, Map<RawText, Mark>> = {
    content: new Map(),
    presence: new Map(),
    link: new Map(),
    listing: new Map(),
    stamp: new Map(),
  };

  constructor(parts: WatchParts) {
    this.#tree = new WatchedTree(parts);
  }

  /** Changes whenever a mark lost its state: what held at an equal epoch holds now. */
  get epoch(): number {
    return this.#tree.epoch;
  }

  /** Raises the marks of everything that changed until now. To be called before a mark's state is relied on. */
  drain(): void {
    this.#tree.drain();
  }

  /**
   * The mark of an absolute path, which is to be looked at after this call.
   * @returns undefined if the path can't be followed: then what is found holds for the moment only.
   */
  follow(path: RawText, aspect: Aspect): Mark | undefined {
    const known = this.#marks[aspect].get(path);
    if (known?.state !== undefined) return known;
    const way = resolveWay(path, aspect, this.#tree);
    if (way === undefined) return undefined;
    const mark = known ?? newMark();
    if (known === undefined) this.#marks[aspect].set(path, mark);
    hang(mark, way, aspect);
    return mark;
  }

  /** Watches a file that is to get another name: see `Held`. @returns undefined if it can't be watched. */
  hold(path: RawText): Held | undefined {
    return this.#tree.hold(path);
  }

  /** The mark of a path that was followed before; undefined if it was not. */
  known(path: RawText, aspect: Aspect): Mark | undefined {
    return this.#marks[aspect].get(path);
  }

  /** All marks by path, those of one aspect after the other; paths may be followed meanwhile. */
  *marks(): Generator<readonly [RawText, Aspect, Mark]> {
    for (const aspect of ASPECTS) for (const [path, mark] of this.#marks[aspect]) yield [path, aspect, mark];
  }

  report(): WatchReport {
    const { watches, events, overflows, unfollowed } = this.#tree;
    const paths = Object.values(this.#marks).reduce((sum, { size }) => sum + size, 0);
    return { watches, paths, events, overflows, unfollowed: { ...unfollowed } };
  }
}

function hang(mark: Mark, way: readonly Node[], aspect: Aspect): void {
  if (mark.nodes.length === way.length && mark.nodes.every((node, index) => node === way[index])) return;
  for (const node of mark.nodes) {
    node.marks = node.marks.filter((other) => other !== mark);
    node.listings = node.listings.filter((other) => other !== mark);
  }
  for (const node of way) node.marks.push(mark);
  if (aspect === "listing") way.at(-1)?.listings.push(mark);
  mark.nodes = way;
}
