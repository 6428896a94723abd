// The states of paths as one request sees them: each path is looked at once however many manifest rows name it. A
// snapshot taken before a tool runs also proves, afterwards, that an input did not change while it ran.

import type { Aspect } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import { type FileStamp, sameStamp } from "./file-stamp.ts";
import type { FileStates } from "./file-states.ts";

/** A path and how it is looked at. */
export type Item = { readonly path: RawText; readonly aspect: Aspect };

/** States of paths, remembered for one request. */
export type Snapshot = {
  /** States of absolute paths, in the order of `items`. Unknown files are hashed, many at once in the worker pool. */
  states(items: readonly Item[]): Promise<string[]>;
  /** As `FileStates.item`. */
  item: FileStates["item"];
  /** As `FileStates.identity`. */
  identity: FileStates["identity"];
  /** The state seen earlier in this snapshot; undefined if the path was not looked at. */
  seen(item: Item): string | undefined;
  /** Takes the times of all contents seen so far and of further files. To be called before a tool is started: 1.2 µs a file. */
  hold(more: readonly RawText[]): void;
  /** True if a file was not written since `hold`, which took its times. */
  held(path: RawText): boolean;
};

/** A snapshot that asks `files` for what it has not seen yet. */
export function takeSnapshot(files: Pick<FileStates, "identity" | "item" | "stamp" | "states">): Snapshot {
  const known: Record<Aspect, Map<RawText, string>> = {
    content: new Map(),
    presence: new Map(),
    link: new Map(),
    listing: new Map(),
    stamp: new Map(),
  };
  const contents = new Set<RawText>();
  const stamps = new Map<RawText, FileStamp>();
  const seen = ({ path, aspect }: Item): string | undefined => known[aspect].get(path);
  return {
    async states(items) {
      const unseen = items.filter((item) => seen(item) === undefined);
      const found = await files.states(unseen);
      unseen.forEach((item, index) => {
        known[item.aspect].set(item.path, found[index] ?? "E");
        if (item.aspect === "content") contents.add(item.path);
      });
      return items.map((item) => seen(item) ?? "E");
    },
    item: (spelled, aspect, cwd) => files.item(spelled, aspect, cwd),
    identity: (item) => files.identity(item),
    seen,
    hold(more) {
      for (const path of [...contents, ...more]) {
        const stamp = files.stamp(path, "content");
        if (stamp !== undefined) stamps.set(path, stamp);
      }
    },
    held(path) {
      const [before, now] = [stamps.get(path), files.stamp(path, "content")];
      return before !== undefined && now !== undefined && sameStamp(before, now);
    },
  };
}
