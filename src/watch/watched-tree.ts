// The nodes and their watches: what was seen under watch stays known until the kernel tells of a change.

import type { RawText } from "../core/raw-text.ts";
import { type ChangeQueue, EVENT } from "../sys/inotify.ts";
import { lookAt } from "./look.ts";
import type { Mark } from "./mark.ts";
import { type Node, newNode } from "./node.ts";
import type { TrustedDevices } from "./trusted-devices.ts";

/** What a watch is made of. */
export type WatchParts = {
  readonly queue: ChangeQueue;
  readonly devices: TrustedDevices;
  /** Watches to hold at most. */
  readonly limit: number;
};

/** A file that is watched whatever its names are, until the end of the scope. */
export type Held = Disposable & {
  /** True if `node` stands for that file, and nothing happened to it as far as the changes have been taken in. */
  isStill(node: Node | undefined): boolean;
};

/** How often a path had to be left unfollowed, by reason: limit of watches, kind of file system, not to be seen. */
export type Unfollowed = { limit: number; "file-system": number; unseen: number };

// A directory's changes of contents are seen by the watch of the file itself: a build that writes into a watched
// directory must not flood the queue.
const NAME_CHANGED = EVENT.create | EVENT.delete | EVENT.movedFrom | EVENT.movedTo;
const NAMES = NAME_CHANGED | EVENT.attributes | EVENT.onlyDirectory | EVENT.dontFollow | EVENT.exceptUnlinked;
const CONTENT = EVENT.modify | EVENT.closeWrite | EVENT.attributes | EVENT.dontFollow;

/** All nodes, from `/` down. All calls are synchronous. */
export class WatchedTree {
  readonly root = newNode(undefined, "/");
  readonly unfollowed: Unfollowed = { limit: 0, "file-system": 0, unseen: 0 };
  /** Changes whenever a mark lost its state. */
  epoch = 0;
  events = 0;
  overflows = 0;
  readonly #parts: WatchParts;
  /** Nodes by watch: several where one file has several names. */
  readonly #watched = new Map<number, Node[]>();

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Number of watches held. */
  get watches(): number {
    return this.#watched.size;
  }

  /** Takes in everything that happened until now. */
  drain(): void {
    if (this.#parts.queue.mountsChanged()) {
      this.#parts.devices.forget();
      this.raiseBelow(this.root);
    }
    this.#parts.queue.drain((watch, mask, name) => this.#onEvent(watch, mask, name));
  }

  /** Looks at a node whose directory is watched, unless nothing happened to it since the last time. */
  learn(node: Node): boolean {
    if (node.kind !== "unknown") return true;
    const found = lookAt(node.path);
    if (found === undefined) return this.#leave("unseen");
    if (found.kind !== "absent" && !this.#parts.devices.has(found.device, node.path)) return this.#leave("file-system");
    node.kind = found.kind;
    node.target = found.target;
    return true;
  }

  /** Watches the names in a directory. @returns false if it can't be. */
  watchNames(node: Node): boolean {
    return this.learn(node) && this.#watch(node, NAMES);
  }

  /** Watches the content of a file, whatever name it is written by. @returns false if it can't be. */
  watchContent(node: Node): boolean {
    return this.#watch(node, CONTENT);
  }

  /** Watches the file at `path` by itself, not its name. @returns undefined if it can't be. */
  hold(path: RawText): Held | undefined {
    const own = newNode(undefined, path);
    if (!this.watchContent(own)) return undefined;
    return {
      // Equal files have equal watches. An event takes the watch from all nodes that have it.
      isStill: (node) => own.watch >= 0 && node?.watch === own.watch,
      [Symbol.dispose]: () => this.#unwatch(own),
    };
  }

  /** Gives up everything known of a node and of what is below it, watches too: they follow inodes, which may have moved. */
  raiseBelow(node: Node): void {
    node.kind = "unknown";
    node.target = undefined;
    this.#unwatch(node);
    this.#raise(node.marks);
    this.#raise(node.listings);
    if (node.kids !== undefined) for (const kid of node.kids.values()) this.raiseBelow(kid);
  }

  #onEvent(watch: number, mask: number, name: RawText): void {
    this.events += 1;
    if ((mask & EVENT.overflow) !== 0) {
      this.overflows += 1;
      this.raiseBelow(this.root);
      return;
    }
    for (const node of [...(this.#watched.get(watch) ?? [])]) {
      if (name === "") this.#onOwnEvent(node, mask);
      else this.#onNameEvent(node, mask, name);
    }
  }

  /** A directory's own attributes are told of by its parent's watch as well, except for `/`. */
  #onOwnEvent(node: Node, mask: number): void {
    const isToldTwice = node.kind === "directory" && node.parent !== undefined && (mask & EVENT.ignored) === 0;
    if (!isToldTwice) this.raiseBelow(node);
  }

  #onNameEvent(node: Node, mask: number, name: RawText): void {
    if ((mask & NAME_CHANGED) !== 0) this.#raise(node.listings);
    const kid = node.kids?.get(name);
    if (kid !== undefined) this.raiseBelow(kid);
  }

  #raise(marks: readonly Mark[]): void {
    for (const mark of marks) {
      mark.raised += 1;
      if (mark.state === undefined) continue;
      mark.state = undefined;
      mark.identity = undefined;
      this.epoch += 1;
    }
  }

  #watch(node: Node, mask: number): boolean {
    if (node.watch >= 0) return true;
    if (this.#watched.size >= this.#parts.limit) return this.#leave("limit");
    const watch = this.#parts.queue.add(node.path, mask);
    if (watch < 0) return this.#leave("unseen");
    node.watch = watch;
    const others = this.#watched.get(watch);
    if (others === undefined) this.#watched.set(watch, [node]);
    else others.push(node);
    return true;
  }

  #unwatch(node: Node): void {
    if (node.watch < 0) return;
    const left = this.#watched.get(node.watch)?.filter((other) => other !== node) ?? [];
    if (left.length > 0) this.#watched.set(node.watch, left);
    else {
      this.#watched.delete(node.watch);
      this.#parts.queue.remove(node.watch);
    }
    node.watch = -1;
  }

  #leave(reason: keyof Unfollowed): false {
    this.unfollowed[reason] += 1;
    return false;
  }
}
