// Contents by digest: `objects/<first two digits>/<digest>`, read-only, each a private inode. They are staged in `tmp/`
// and renamed, so an object is there whole or not at all.

import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, promises, renameSync, statSync } from "node:fs";
import type { Digest } from "../core/entry.ts";
import { isErrno } from "../core/errors.ts";
import { type RawText, rawFromString } from "../core/raw-text.ts";
import { fault } from "../sys/fault.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { ObjectDigest } from "./digest-object.ts";
import { type StagedObject, stageObject } from "./staged-object.ts";

/** The objects below one directory, whose only writer this process is. */
export class Objects {
  readonly #root: RawText;
  // Sets names of this process apart from debris of earlier ones.
  readonly #prefix = `${randomBytes(6).toString("hex")}-`;
  #count = 0;

  constructor(root: RawText) {
    this.#root = root;
  }

  /** Where the object with this digest is, if it is there. */
  pathOf(digest: Digest): RawText {
    return `${this.#root}/objects/${digest.slice(0, 2)}/${digest}`;
  }

  /** True if an object is there in full length. Its content is checked where it is read. */
  has(digest: Digest, size: number): boolean {
    try {
      const stats = statSync(fsPath(this.pathOf(digest)), { throwIfNoEntry: false });
      return stats?.isFile() === true && stats.size === size;
    } catch {
      return false;
    }
  }

  /** As `stageObject`, in the same file system as the objects. */
  async stage(source: RawText | Uint8Array): Promise<StagedObject> {
    return await stageObject(source, this.#newPath());
  }

  /**
   * Makes a staged file the object with this digest, or drops it if that is there already. At once: between this and
   * the index row being queued nothing else of this process runs.
   * @throws the system's error.
   */
  place(staged: StagedObject, { digest, size }: ObjectDigest): void {
    if (this.has(digest, size)) {
      staged[Symbol.dispose]();
      return;
    }
    fault("store.place");
    const path = this.pathOf(digest);
    chmodSync(fsPath(staged.path), 0o444);
    try {
      renameSync(fsPath(staged.path), fsPath(path));
    } catch (error) {
      // The first object with these two digits.
      if (!isErrno(error, "ENOENT")) throw error;
      mkdirSync(fsPath(path.slice(0, path.lastIndexOf("/"))), { recursive: true, mode: 0o700 });
      renameSync(fsPath(staged.path), fsPath(path));
    }
  }

  /**
   * Removes an object, if the file system lets us; else it stays until the next sweep. It leaves its place at once and
   * its space behind the caller's back, because freeing 100 MB takes milliseconds.
   */
  async remove(digest: Digest): Promise<void> {
    try {
      await this.rid(this.moveAway(this.pathOf(digest)));
    } catch {
      // The cache can't be written any more: what nothing needs is swept at a later start.
    }
  }

  /** Moves all objects away at once. @returns where they are, for `rid`. @throws the system's error. */
  moveAllAway(): RawText | undefined {
    return this.moveAway(`${this.#root}/objects`);
  }

  /** Moves a file or directory of the store away, if it is there. @returns where it is, for `rid`. @throws as above. */
  moveAway(path: RawText): RawText | undefined {
    const aside = this.#newPath();
    try {
      renameSync(fsPath(path), fsPath(aside));
      return aside;
    } catch (error) {
      if (isErrno(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /** Removes what was moved away. Takes seconds for 100,000 files, none of them in this thread. */
  async rid(aside: RawText | undefined): Promise<void> {
    if (aside !== undefined) await promises.rm(fsPath(aside), { recursive: true, force: true });
  }

  /**
   * Removes what earlier processes left: temporaries, and objects that `isKept` does not know. Lets requests be answered
   * every few objects.
   */
  async sweep(isKept: (digest: Digest) => boolean, signal: AbortSignal): Promise<void> {
    for (const name of await namesIn(`${this.#root}/tmp`)) {
      if (signal.aborted) return;
      if (name.startsWith(this.#prefix)) continue;
      await promises.rm(fsPath(`${this.#root}/tmp/${name}`), { recursive: true, force: true });
    }
    for (const shard of await namesIn(`${this.#root}/objects`)) {
      const digests = await namesIn(`${this.#root}/objects/${shard}`);
      for (let at = 0; at < digests.length && !signal.aborted; at += SWEPT_AT_ONCE) {
        const orphans = digests.slice(at, at + SWEPT_AT_ONCE).filter((digest) => !isKept(digest));
        await Promise.all([Bun.sleep(1), ...orphans.map((digest) => this.remove(digest))]);
      }
    }
  }

  #newPath(): RawText {
    return `${this.#root}/tmp/${this.#prefix}${this.#count++}`;
  }
}

// 10 µs each to ask for, and 15 to move.
const SWEPT_AT_ONCE = 50;

async function namesIn(directory: RawText): Promise<RawText[]> {
  return (await promises.readdir(fsPath(directory)).catch(() => [])).map(rawFromString);
}
