// Files whose content was compared once and that nobody has written to since, whatever became of their names, times and
// permissions. Stamps can't tell that of a file with several names: its ctime changes with each name that comes or goes.

import { lstatSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { type ChangeQueue, EVENT } from "../sys/inotify.ts";
import type { TrustedDevices } from "./trusted-devices.ts";

/** Which file it is (stat(2)). */
export type FileNumbers = { readonly dev: bigint; readonly ino: bigint };

/** A file that is followed. Leaving the scope of `using` ends that, unless its content was kept. */
export type FollowedContent = Disposable & {
  /** Number of its watch. */
  readonly watch: number;
};

/** What a watch of contents is made of. */
export type ContentWatchParts = {
  /** For this alone: a file has one watch a queue. */
  readonly queue: ChangeQueue;
  readonly devices: TrustedDevices;
  /** Files to follow at most. */
  readonly limit: number;
};

// A store through a mapping makes no event, but its end is that of an open file.
const WRITTEN = EVENT.modify | EVENT.closeWrite | EVENT.dontFollow;

type Content = {
  readonly file: FileNumbers;
  /** Undefined as long as it was not compared. */
  path: RawText | undefined;
};

/** Follows contents. All calls are synchronous. */
export class ContentWatch implements Disposable {
  readonly #parts: ContentWatchParts;
  readonly #followed = new Map<number, Content>();
  /** Watches of what was compared. */
  readonly #kept = new Map<RawText, number>();

  constructor(parts: ContentWatchParts) {
    this.#parts = parts;
  }

  /** Follows the file at `path`, whose content is to be compared after this. @returns undefined where that can't be. */
  follow(path: RawText): FollowedContent | undefined {
    this.#drain();
    const watch = this.#parts.queue.add(path, WRITTEN);
    if (watch < 0) return undefined;
    if (!this.#followed.has(watch)) {
      const file = this.#numbersOf(path);
      if (file === undefined) {
        this.#parts.queue.remove(watch);
        return undefined;
      }
      this.#followed.set(watch, { file, path: undefined });
      this.#makeRoom();
    }
    return { watch, [Symbol.dispose]: () => this.#forgetUnkept(watch) };
  }

  /** The content of a followed file, which is at `path` now, was compared since. What was written meanwhile still shows. */
  keep({ watch }: FollowedContent, path: RawText): void {
    const content = this.#followed.get(watch);
    if (content === undefined || content.path !== undefined) return;
    const before = this.#kept.get(path);
    if (before !== undefined) this.#forget(before);
    content.path = path;
    this.#kept.set(path, watch);
  }

  /** True if a content at this path was kept, which may have been written since. 0.1 µs. */
  isKept(path: RawText): boolean {
    return this.#kept.has(path);
  }

  /** True if that file is the one that was kept at this path, and nobody but who has it open now has written to it. */
  isUnwritten(path: RawText, { dev, ino }: FileNumbers): boolean {
    this.#drain();
    const watch = this.#kept.get(path);
    const file = watch === undefined ? undefined : this.#followed.get(watch)?.file;
    return file?.ino === ino && file.dev === dev;
  }

  [Symbol.dispose](): void {
    this.#parts.queue[Symbol.dispose]();
  }

  #numbersOf(path: RawText): FileNumbers | undefined {
    try {
      const stats = lstatSync(fsPath(path), { bigint: true });
      const { dev, ino } = stats;
      return stats.isFile() && this.#parts.devices.has(Number(dev), path) ? { dev, ino } : undefined;
    } catch {
      return undefined;
    }
  }

  #drain(): void {
    const { queue, devices } = this.#parts;
    // What was on a mount that is gone ends its watches by an event.
    if (queue.mountsChanged()) devices.forget();
    queue.drain((watch, mask) => {
      if ((mask & EVENT.overflow) === 0) this.#forget(watch);
      else for (const each of [...this.#followed.keys()]) this.#forget(each);
    });
  }

  #makeRoom(): void {
    const [oldest] = this.#followed.keys();
    if (oldest !== undefined && this.#followed.size > this.#parts.limit) this.#forget(oldest);
  }

  #forgetUnkept(watch: number): void {
    if (this.#followed.get(watch)?.path === undefined) this.#forget(watch);
  }

  #forget(watch: number): void {
    const content = this.#followed.get(watch);
    if (content === undefined) return;
    this.#followed.delete(watch);
    if (content.path !== undefined) this.#kept.delete(content.path);
    this.#parts.queue.remove(watch);
  }
}
