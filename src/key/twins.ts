// Files with the same bytes under several names. gcc reads a header with `#pragma once` a second time under another name
// unless size, content and time of last change are the same (cpplib, `#import` alike), so that a touch changes what is
// compiled. clang does so unless both names lead to one file; see places.ts.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { resolve } from "node:path/posix";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { FileStates } from "./file-states.ts";

/** A file that was read. */
export type ReadFile = { readonly path: RawText; readonly state: string };

/** Two names, absolute, of the same bytes. */
type Pair = readonly [one: RawText, other: RawText];

/** The paths of files that are to be read once and have a twin. Several names that lead to one file are none. */
export function findTwins(read: readonly ReadFile[], files: Pick<FileStates, "identity">): ReadonlySet<RawText> {
  const identity = (path: RawText) => files.identity({ path, aspect: "content" });
  const pairs = pairsOf(read).filter(([one, other]) => identity(one) !== identity(other));
  return new Set(onlyReadOnce(pairs, read).flat());
}

/** True if some file of two names, or two of the same bytes, are to be read once. */
export function hasNamesakes(files: readonly ReadFile[]): boolean {
  return onlyReadOnce(pairsOf(files), files).length > 0;
}

/** Each name with the first one of the same bytes. No file is looked at. */
function pairsOf(files: readonly ReadFile[]): Pair[] {
  const first = new Map<string, RawText>();
  const pairs: Pair[] = [];
  for (const { path, state } of files) {
    if (!state.startsWith("F")) continue;
    const other = first.get(state);
    if (other === undefined) first.set(state, path);
    else if (resolve(path) !== resolve(other)) pairs.push([other, path]);
  }
  return pairs;
}

const ONCE = /once/;
const IMPORTS = /(?:#|%:)\s*import\b/;

/** Pairs that say `#pragma once`; all if anything that was read says `#import`. Reads files only if there are pairs. */
function onlyReadOnce(pairs: readonly Pair[], files: readonly ReadFile[]): readonly Pair[] {
  const texts = pairs.map((pair) => ({ pair, text: textOf(pair[0]) })).filter(({ text }) => text !== "");
  if (texts.length === 0) return [];
  const imports = files.some(({ path, state }) => state.startsWith("F") && IMPORTS.test(textOf(path)));
  return texts.filter(({ text }) => imports || ONCE.test(text)).map(({ pair }) => pair);
}

// Libraries, debug information and the like have a zero byte early on.
const BEGINNING = 4096;

/** Text of a file; empty if it is none, or gone since: then its state says so. */
function textOf(path: RawText): RawText {
  let fd: number | undefined;
  try {
    fd = openSync(fsPath(path), "r");
    const bytes = Buffer.alloc(BEGINNING);
    const length = readSync(fd, bytes);
    if (bytes.subarray(0, length).includes(0)) return "";
    const text = bytes.toString("latin1", 0, length);
    return length < BEGINNING ? text : text + readFileSync(fd, "latin1");
  } catch {
    return "";
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
