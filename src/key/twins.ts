// Files with the same bytes under several names. gcc reads a header with `#pragma once` a second time under another name
// unless size, content and time of last change are the same (cpplib, `#import` alike), so that a touch changes what is
// compiled.

import { readFileSync, realpathSync } from "node:fs";
import { resolve } from "node:path/posix";
import { type RawText, rawFromBytes } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/** A file that was read. */
export type ReadFile = { readonly path: RawText; readonly state: string };

/**
 * The paths of files that are to be read once and have a twin. Several names that lead to one file are none. Reads only
 * files of which two have the same state.
 */
export function findTwins(files: readonly ReadFile[]): ReadonlySet<RawText> {
  const first = new Map<string, RawText>();
  const twins = new Set<RawText>();
  for (const { path, state } of files) {
    if (!state.startsWith("F")) continue;
    const other = first.get(state);
    if (other === undefined) first.set(state, path);
    else if (areTwins(other, path)) twins.add(other).add(path);
  }
  return twins;
}

const ONCE = /once|import/;

function areTwins(one: RawText, other: RawText): boolean {
  if (resolve(one) === resolve(other)) return false;
  try {
    if (realPath(one) === realPath(other)) return false;
    return ONCE.test(readFileSync(fsPath(other), "latin1"));
  } catch {
    return false; // gone since: then its state says so
  }
}

function realPath(path: RawText): RawText {
  return rawFromBytes(realpathSync.native(fsPath(path), { encoding: "buffer" }));
}
