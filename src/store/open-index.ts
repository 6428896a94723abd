// Opens the index, whatever state it is in. A damaged one is moved aside and begun anew, one that can't be written or
// belongs to another version is left alone: the store then gives misses, or the hits it can still read.

import { SQLiteError } from "bun:sqlite";
import { closeSync, openSync, renameSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { type RawText, rawToBytes } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { removeIfThere } from "../sys/staged-file.ts";
import { IndexFile } from "./index-file.ts";
import { MEMORY } from "./open-database.ts";

/** An index, and whether results can be stored in it. */
export type OpenedIndex = { readonly index: IndexFile; readonly standing: Standing };

/**
 * Whether the index can be written:
 * - `writable`
 * - `blocked`: the disk is full or read-only, which may pass
 * - `foreign`: it is another process's or version's, or not safe to use; nothing of it may be touched
 */
export type Standing =
  | { readonly kind: "writable" }
  | { readonly kind: "blocked" | "foreign"; readonly reason: string };

/** Opens or makes the index in `directory`. Never throws. */
export function openIndex(directory: RawText): OpenedIndex {
  try {
    return { index: withSqlitePath(directory, openOrRebuild), standing: { kind: "writable" } };
  } catch (error) {
    const blocked = error instanceof SQLiteError && error.code !== "SQLITE_BUSY";
    const reason = `the index can't be opened: ${error instanceof Error ? error.message : String(error)}`;
    return { index: frozenIndex(directory), standing: { kind: blocked ? "blocked" : "foreign", reason } };
  }
}

/** An index with nothing in it, for a directory that must not be used. */
export function emptyIndex(): IndexFile {
  return new IndexFile(MEMORY, "write");
}

/** Moves a damaged index aside, where a later one overwrites it, and begins a new one. @throws as opening does. */
export function rebuildIndex(directory: RawText): IndexFile {
  moveAside(directory);
  return withSqlitePath(directory, (path) => new IndexFile(path, "write"));
}

/** Paths of all files that an index in `directory` may consist of. */
export function indexFiles(directory: RawText): RawText[] {
  return ["", ...COMPANIONS].map((suffix) => `${directory}/${NAME}${suffix}`);
}

/** True if SQLite found the file's content broken, as opposed to being unable to get at it. */
export function isDamage(error: unknown): boolean {
  return error instanceof SQLiteError && DAMAGE.test(error.code ?? "");
}

const NAME = "index.sqlite";
const COMPANIONS = ["-wal", "-journal", "-shm"];
// SQLITE_ERROR is what a missing table or column gives: the file is SQLite's, but not with our tables.
const DAMAGE = /^SQLITE_(CORRUPT|NOTADB|ERROR|FORMAT|MISMATCH)/;

function openOrRebuild(path: string, directory: RawText): IndexFile {
  try {
    return new IndexFile(path, "write");
  } catch (error) {
    if (!isDamage(error)) throw error;
    moveAside(directory);
    return new IndexFile(path, "write");
  }
}

/** What can be read without writing; another process's index can't, its log being part of it. */
function frozenIndex(directory: RawText): IndexFile {
  try {
    return withSqlitePath(directory, (path) => new IndexFile(path, "read"));
  } catch {
    return emptyIndex();
  }
}

function moveAside(directory: RawText): void {
  for (const suffix of COMPANIONS) removeIfThere(`${directory}/${NAME}${suffix}`);
  try {
    renameSync(fsPath(`${directory}/${NAME}`), fsPath(`${directory}/${NAME}.damaged`));
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

/** SQLite takes UTF-8 only: a directory of another spelling is reached through a descriptor (proc(5)) while it is opened. */
function withSqlitePath<Result>(directory: RawText, open: (path: string, directory: RawText) => Result): Result {
  const bytes = rawToBytes(directory);
  const text = bytes.toString("utf8");
  if (Buffer.from(text, "utf8").equals(bytes)) return open(`${text}/${NAME}`, directory);
  const fd = openSync(bytes, "r");
  try {
    return open(`/proc/self/fd/${fd}/${NAME}`, directory);
  } finally {
    closeSync(fd);
  }
}
