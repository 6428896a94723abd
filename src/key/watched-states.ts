// File states that are only looked at again after something happened to their paths.

import type { RawText } from "../core/raw-text.ts";
import type { Mark, PathWatch } from "../watch/path-watch.ts";
import type { FileStates, StateItem } from "./file-states.ts";

/** File states with a watch in front: `files` is asked for what is not known, or not followed. */
export function watchStates(files: FileStates, watch: PathWatch): FileStates {
  return {
    state(path, aspect) {
      watch.drain();
      const mark = watch.follow(path, aspect);
      if (mark?.state !== undefined) return mark.state;
      const { raised } = mark ?? {};
      return keep(mark, raised, files.state(path, aspect));
    },
    async states(items) {
      watch.drain();
      const states: string[] = new Array(items.length);
      const open: Open[] = [];
      for (const [index, item] of items.entries()) {
        const mark = watch.follow(item.path, item.aspect);
        if (mark?.state !== undefined) states[index] = mark.state;
        else open.push({ index, item, mark, raised: mark?.raised });
      }
      if (open.length === 0) return states;
      const found = await files.states(open.map(({ item }) => item));
      for (const [position, { index, mark, raised }] of open.entries()) {
        states[index] = keep(mark, raised, found[position] ?? "E-busy");
      }
      return states;
    },
    heldSince(path, aspect) {
      const mark = watch.known(path, aspect);
      return mark?.state === undefined ? undefined : mark.since;
    },
    stamp: (path: RawText, aspect) => files.stamp(path, aspect),
    forget() {
      watch.clear();
      files.forget();
    },
    get size() {
      return files.size;
    },
  };
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
  if (mark !== undefined && mark.raised === raised && !state.startsWith("E")) {
    mark.state = state;
    mark.since = performance.now();
  }
  return state;
}
