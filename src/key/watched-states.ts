// File states that are only looked at again after something happened to their paths.

import type { Aspect } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import { turns } from "../sys/turn.ts";
import type { Mark, PathWatch } from "../watch/path-watch.ts";
import type { Held } from "../watch/watched-tree.ts";
import type { FileStates } from "./file-states.ts";
import { isUnjudged } from "./plain-state.ts";
import { type StateItem, StateItems } from "./state-items.ts";

// 0.2 µs each, up to 50 for what was not followed yet.
const FOLLOWED_AT_ONCE = 16;

/** File states with a watch in front: `files` is asked for what is not known, or not followed. */
export function watchStates(files: FileStates, watch: PathWatch): FileStates {
  const items = new StateItems();

  function recentState(path: RawText, aspect: Aspect): string {
    const mark = followItem(watch, { path, aspect });
    if (mark?.state !== undefined) return mark.state;
    const { raised } = mark ?? {};
    return keep(mark, raised, files.state(path, aspect));
  }

  return {
    state(path, aspect) {
      watch.drain();
      return recentState(path, aspect);
    },
    recentState,
    async states(asked, lane = "answer") {
      watch.drain();
      const states: string[] = new Array(asked.length);
      const open: Open[] = [];
      let index = 0;
      for (const item of asked) {
        if (index % FOLLOWED_AT_ONCE === 0 && turns.isLong) await turns.next(lane);
        const mark = followItem(watch, item);
        if (mark?.state !== undefined) states[index] = mark.state;
        else open.push({ index, item, mark, raised: mark?.raised });
        index++;
      }
      if (open.length === 0) return states;
      const found = await files.states(
        open.map(({ item }) => item),
        lane,
      );
      for (const [position, { index, mark, raised }] of open.entries()) {
        states[index] = keep(mark, raised, found[position] ?? "E-busy");
      }
      return states;
    },
    item: (spelled, aspect, cwd) => items.of(spelled, aspect, cwd),
    heldSince(item) {
      const mark = markOf(watch, item);
      return mark?.state === undefined ? undefined : mark.since;
    },
    identity(item) {
      const mark = markOf(watch, item);
      if (mark?.state === undefined) return files.identity(item);
      mark.identity ??= files.identity(item);
      return mark.identity;
    },
    stamp: (path, aspect) => files.stamp(path, aspect),
    get size() {
      return files.size;
    },
  };
}

/**
 * Follows a path before a request asks for it, and looks at it. What was asked for already, and what can't be followed,
 * is left alone. Reads and hashes what is not known, as `state` does.
 */
export function followAhead(
  { path, aspect }: StateItem,
  idleLives: number,
  { files, watch }: { files: FileStates; watch: PathWatch },
): void {
  if (watch.known(path, aspect) !== undefined) return;
  const mark = watch.follow(path, aspect);
  if (mark === undefined) return;
  mark.idleLives = idleLives;
  keep(mark, mark.raised, files.recentState(path, aspect));
}

/** A file under a name that nobody else knows, the name that it gets, and the state of its content. */
export type Naming = {
  readonly staged: RawText;
  readonly place: RawText;
  readonly state: string;
  /** Where others know it after all: whether it was left alone until it was watched. */
  readonly isUnwritten?: (() => boolean) | undefined;
};

/**
 * Has `put` give a file its name, and knows its content from then on without a look. It is watched before anybody can
 * find it, so whatever is done to it raises the mark.
 */
export function putKnown(watch: PathWatch, { staged, place, state, isUnwritten }: Naming, put: () => void): void {
  using held = watch.hold(staged);
  put();
  if (held === undefined || isUnwritten?.() === false) return;
  keepHeld(watch, { held, place, state });
}

/** A file whose content is about to be read. To be disposed of whether it came to be known or not. */
export type Reading = Disposable & {
  /** What was read of it is its state, unless anything happened to it since. */
  known(state: string): void;
};

/** To be called before a file is read that may be written, removed or replaced meanwhile. @returns undefined if it can't be watched. */
export function beginReading(watch: PathWatch, path: RawText): Reading | undefined {
  // What was done to it until now is told of before it is held.
  watch.drain();
  const held = watch.hold(path);
  return (
    held && {
      known: (state) => keepHeld(watch, { held, place: path, state }),
      [Symbol.dispose]: () => held[Symbol.dispose](),
    }
  );
}

function keepHeld(watch: PathWatch, { held, place, state }: { held: Held; place: RawText; state: string }): void {
  watch.drain();
  const mark = watch.follow(place, "content");
  if (mark !== undefined && held.isStill(mark.nodes.at(-1))) keep(mark, mark.raised, state);
}

/** The mark of an item that is asked for now; undefined if the path can't be followed. */
export function followItem(watch: PathWatch, item: StateItem): Mark | undefined {
  const mark = item.mark?.state === undefined ? watch.follow(item.path, item.aspect) : item.mark;
  if (mark !== undefined) {
    mark.idleLives = 0;
    item.mark = mark;
  }
  return mark;
}

/** The mark of what was asked for before. */
function markOf(watch: PathWatch, item: StateItem): Mark | undefined {
  item.mark ??= watch.known(item.path, item.aspect);
  return item.mark;
}

/** What has to be looked at, and how often its mark had been raised before the look. */
type Open = {
  readonly index: number;
  readonly item: StateItem;
  readonly mark: Mark | undefined;
  readonly raised: number | undefined;
};

/** Errors are looked at again each time: they match nothing. */
function keep(mark: Mark | undefined, raised: number | undefined, state: string): string {
  if (mark !== undefined && mark.raised === raised && !isUnjudged(state)) {
    mark.state = state;
    mark.since = performance.now();
  }
  return state;
}
