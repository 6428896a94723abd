// Puts new content into a file that stays: what a tool changes in place keeps its inode, mode and owner.

import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/**
 * Gives the file at `target` the content of the one at `from`. Where there is no room for more it stays as it was: the
 * tool that then runs may be one that reads it (`ar r`). Whoever dies half-way leaves a call that is repeated; a tool that
 * reads what it changes finds a torn file then, and says so.
 * @throws the system's error (open(2), read(2), write(2)).
 */
export function rewrite(from: RawText, target: RawText): void {
  const source = openSync(fsPath(from), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const file = openSync(fsPath(target), constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      replaceContent(source, file);
    } finally {
      closeSync(file);
    }
  } finally {
    closeSync(source);
  }
}

/** What lies behind the old end first, because only that needs room. */
function replaceContent(source: number, file: number): void {
  const oldSize = fstatSync(file).size;
  const { size } = fstatSync(source);
  try {
    copyRange(source, file, { start: oldSize, end: size });
  } catch (error) {
    ftruncateSync(file, oldSize);
    throw error;
  }
  copyRange(source, file, { start: 0, end: Math.min(oldSize, size) });
  // Cut at the end, not at the start: ext4 flushes a file that was cut to nothing when it is closed (auto_da_alloc), which
  // takes 0.3 ms and more.
  if (size < oldSize) ftruncateSync(file, size);
}

type Range = { readonly start: number; readonly end: number };

const CHUNK_BYTES = 1 << 16;

function copyRange(source: number, file: number, { start, end }: Range): void {
  if (start >= end) return;
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - start));
  for (let at = start; at < end; ) {
    const length = readSync(source, chunk, 0, Math.min(chunk.length, end - at), at);
    if (length === 0) throw new ZccacheError("IO", "Cannot rewrite a file: its new content was cut");
    for (let written = 0; written < length; )
      written += writeSync(file, chunk, written, length - written, at + written);
    at += length;
  }
}
