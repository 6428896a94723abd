// Values that scripts keep under keys of their own, one file each below the cache: kv/<namespace>/<2 digits>/<key>.
//
// file ::= <SHA-256 of the value: 32 bytes> <value>
//
// A file appears whole, by rename, and one that is damaged is as good as none. Needs no daemon.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { namesIn } from "../sys/names-in.ts";
import { StagedFile } from "../sys/staged-file.ts";

/** A kept value. */
export type KvEntry = { readonly key: string; readonly bytes: number };

/** What a namespace takes. */
export type KvTotals = { readonly namespace: string; readonly entries: number; readonly bytes: number };

const CHECK_BYTES = 32;
const NAMESPACE = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;
const KEY = /^(?:[0-9a-f]{2}){1,64}$/;

/** The store of one cache. Its methods throw the system's errors. */
export class KvStore {
  readonly #root: RawText;

  /** @param root The effective root of the cache. */
  constructor(root: RawText) {
    this.#root = `${root}/kv`;
  }

  /** The value; undefined if there is none. */
  get(namespace: string, key: string): Buffer | undefined {
    let file: Buffer;
    try {
      file = readFileSync(fsPath(this.#pathOf(namespace, key)));
    } catch (error) {
      if (isErrno(error, "ENOENT")) return undefined;
      throw error;
    }
    const value = file.subarray(CHECK_BYTES);
    return file.length >= CHECK_BYTES && checkOf(value).equals(file.subarray(0, CHECK_BYTES)) ? value : undefined;
  }

  /** Keeps a value, in the place of the one that was there. */
  put(namespace: string, key: string, value: Uint8Array): void {
    const path = this.#pathOf(namespace, key);
    mkdirSync(fsPath(path.slice(0, path.lastIndexOf("/"))), { recursive: true, mode: 0o700 });
    using staged = new StagedFile(path);
    writeFileSync(fsPath(staged.path), Buffer.concat([checkOf(value), value]), { mode: 0o600, flag: "wx" });
    // Not `publish`, which leaves a moment without a file: whoever asks meanwhile gets the old value or the new one.
    renameSync(fsPath(staged.path), fsPath(path));
  }

  /** @returns false if there was none. */
  remove(namespace: string, key: string): boolean {
    try {
      rmSync(fsPath(this.#pathOf(namespace, key)));
      return true;
    } catch (error) {
      if (isErrno(error, "ENOENT")) return false;
      throw error;
    }
  }

  /** By key. */
  list(namespace: string): KvEntry[] {
    const directory = `${this.#root}/${namespace}`;
    return namesIn(directory)
      .flatMap((shard) =>
        namesIn(`${directory}/${shard}`).map((key) => ({ key, path: `${directory}/${shard}/${key}` })),
      )
      .filter(({ key }) => isKey(key))
      .flatMap(({ key, path }) => {
        const size = statSync(fsPath(path), { throwIfNoEntry: false })?.size;
        return size === undefined ? [] : [{ key, bytes: Math.max(0, size - CHECK_BYTES) }];
      })
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Removes a whole namespace. @returns how many values it had. */
  clear(namespace: string): number {
    const { length } = this.list(namespace);
    rmSync(fsPath(`${this.#root}/${namespace}`), { recursive: true, force: true });
    return length;
  }

  /** Of each namespace, by name. */
  totals(): KvTotals[] {
    return namesIn(this.#root)
      .filter(isNamespace)
      .sort()
      .map((namespace) => {
        const entries = this.list(namespace);
        return { namespace, entries: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
      });
  }

  #pathOf(namespace: string, key: string): RawText {
    return `${this.#root}/${namespace}/${key.slice(0, 2)}/${key}`;
  }
}

/** True for what a namespace may be called: a file name of letters, digits, `.`, `_` and `-`. */
export function isNamespace(text: string): boolean {
  return NAMESPACE.test(text);
}

/** True for lower-case hexadecimal digits, two a byte, of at most 64 bytes. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

function checkOf(value: Uint8Array): Buffer {
  return new Bun.CryptoHasher("sha256").update(value).digest() as Buffer;
}
