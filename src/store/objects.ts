// Contents by digest: `objects/<first two digits>/<digest>`, read-only, each a private inode. They are staged in `tmp/`
// and renamed, so an object is there whole or not at all.

import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants as fs,
  mkdirSync,
  openSync,
  promises,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import type { Digest } from "../core/entry.ts";
import { isErrno, ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromString, showRaw } from "../core/raw-text.ts";
import { fault } from "../sys/fault.ts";
import { fsPath } from "../sys/fs-path.ts";
import { reflinkOrCopy, reflinkOrCopySync } from "../sys/reflink-or-copy.ts";
import { removeIfThere } from "../sys/staged-file.ts";
import type { ObjectDigest } from "./digest-object.ts";

/** A private copy of an output, to be committed or given up. Leaving the scope of `using` uncommitted removes it. */
export type StagedObject = Disposable & {
  readonly path: RawText;
  /** Bytes. */
  readonly size: number;
  /** True if the source could be executed by someone. */
  readonly executable: boolean;
};

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

  /**
   * Takes a private copy of a file that a tool wrote, or of bytes.
   * @throws {ZccacheError} `OUTPUT_CHANGED` if it is no regular file or was written meanwhile, `STORE_WRITE` if the
   * cache can't be written.
   */
  async stage(source: RawText | Uint8Array): Promise<StagedObject> {
    const path = this.#newPath();
    try {
      fault("store.stage");
      return typeof source === "string" ? await stageFile(source, path) : stageBytes(source, path);
    } catch (error) {
      removeQuietly(path);
      throw error instanceof ZccacheError ? error : storeWriteError("stage an object", error);
    }
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
    mkdirSync(fsPath(path.slice(0, path.lastIndexOf("/"))), { recursive: true, mode: 0o700 });
    chmodSync(fsPath(staged.path), 0o444);
    renameSync(fsPath(staged.path), fsPath(path));
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

/** The error of a cache that can't be written: nothing is stored, builds go on. */
export function storeWriteError(what: string, cause: unknown): ZccacheError {
  return new ZccacheError("STORE_WRITE", `Cannot ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}

// 10 µs each to ask for, and 15 to move.
const SWEPT_AT_ONCE = 50;

// Larger files are copied off the JavaScript thread.
const INLINE_BYTES = 1n << 20n;
const EXECUTABLE_BITS = 0o111n;

async function stageFile(source: RawText, path: RawText): Promise<StagedObject> {
  const before = statOutput(source);
  if (before === undefined) throw outputChanged(source, "it is no regular file");
  if (before.size > INLINE_BYTES) await reflinkOrCopy(source, path);
  else reflinkOrCopySync(source, path);
  const after = statOutput(source);
  const same =
    after?.mtimeNs === before.mtimeNs &&
    after.ctimeNs === before.ctimeNs &&
    after.size === before.size &&
    after.ino === before.ino &&
    after.dev === before.dev;
  if (!same) throw outputChanged(source, "it was written while it was copied");
  return staged(path, Number(before.size), (before.mode & EXECUTABLE_BITS) !== 0n);
}

function stageBytes(bytes: Uint8Array, path: RawText): StagedObject {
  const fd = openSync(fsPath(path), fs.O_WRONLY | fs.O_CREAT | fs.O_EXCL | fs.O_NOFOLLOW, 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
  return staged(path, bytes.length, false);
}

function staged(path: RawText, size: number, executable: boolean): StagedObject {
  return { path, size, executable, [Symbol.dispose]: () => removeQuietly(path) };
}

/** Stamp of an output, symbolic links followed; undefined if it is not there or no regular file. */
function statOutput(source: RawText): ReturnType<typeof statBig> {
  const stats = statBig(source);
  return stats?.isFile() === true ? stats : undefined;
}

function statBig(path: RawText) {
  try {
    return statSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function outputChanged(source: RawText, why: string): ZccacheError {
  return new ZccacheError("OUTPUT_CHANGED", `Cannot store "${showRaw(source)}": ${why}`);
}

function removeQuietly(path: RawText): void {
  try {
    removeIfThere(path);
  } catch {
    // The cache can't be written any more: what nothing needs is swept at a later start.
  }
}

async function namesIn(directory: RawText): Promise<RawText[]> {
  return (await promises.readdir(fsPath(directory)).catch(() => [])).map(rawFromString);
}
