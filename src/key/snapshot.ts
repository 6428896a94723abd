// The states of paths as one request sees them: each path is looked at once however many manifest rows name it. A
// snapshot taken before a tool runs also proves, afterwards, that an input did not change while it ran.

import type { Aspect } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import type { FileStates } from "./file-states.ts";

/** A path and how it is looked at. */
export type Item = { readonly path: RawText; readonly aspect: Aspect };

/** States of paths, remembered for one request. */
export type Snapshot = {
  /** States of absolute paths, in the order of `items`. Unknown files are hashed, many at once in the worker pool. */
  states(items: readonly Item[]): Promise<string[]>;
  /** As `FileStates.stamp`. */
  stamp: FileStates["stamp"];
  /** The state seen earlier in this snapshot; undefined if the path was not looked at. */
  seen(item: Item): string | undefined;
};

/** A snapshot that asks `files` for what it has not seen yet. */
export function takeSnapshot(files: Pick<FileStates, "stamp" | "states">): Snapshot {
  const known = new Map<string, string>();
  const nameOf = ({ path, aspect }: Item): string => `${aspect} ${path}`;
  return {
    async states(items) {
      const unseen = items.filter((item) => !known.has(nameOf(item)));
      const found = await files.states(unseen);
      unseen.forEach((item, index) => {
        known.set(nameOf(item), found[index] ?? "E");
      });
      return items.map((item) => known.get(nameOf(item)) ?? "E");
    },
    stamp: (path, aspect) => files.stamp(path, aspect),
    seen: (item) => known.get(nameOf(item)),
  };
}
