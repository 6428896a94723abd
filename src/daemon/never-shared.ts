// What no two runs of a tool share, though nothing is wrong: names of temporary files, which get into maps and messages
// of linkers, and addresses in gcc's precompiled headers, which are images of its memory.

import { closeSync, openSync, readSync } from "node:fs";
import { type RawText, rawFromBytes } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { readRaw } from "../sys/read-raw.ts";

/** True if two texts differ in names of temporary files only. */
export function differInTemporaries(one: RawText, other: RawText): boolean {
  return one.replace(TEMPORARY, "") === other.replace(TEMPORARY, "");
}

/** True if what differs in two files is never the same. @throws the system's error. */
export function neverShare(one: SizedFile, other: SizedFile): boolean {
  if (isMemoryImage(one.path) && isMemoryImage(other.path)) return true;
  if (one.size !== other.size || one.size > LARGEST_TEXT) return false;
  return differInTemporaries(readRaw(one.path), readRaw(other.path));
}

/** A file and its length in bytes. */
export type SizedFile = { readonly path: RawText; readonly size: number };

//   /tmp/ccO3vMwE.o      gcc (libiberty's make_temp_file)
//   /tmp/main-4f6c3a.o   clang (Driver::GetTemporaryPath)
//       ^^^^^^^^^^^
const TEMPORARY = /\/cc[A-Za-z0-9]{6}(?=\.)|-[0-9a-f]{6}(?=\.)/g;

// Maps of the largest programs; what is read for this stays in memory for a moment.
const LARGEST_TEXT = 64 << 20;

// gcc's c-family/c-pch.cc: "gpch" and what made it.
const PRECOMPILED = "gpch";

function isMemoryImage(path: RawText): boolean {
  const head = Buffer.alloc(PRECOMPILED.length);
  const fd = openSync(fsPath(path), "r");
  try {
    readSync(fd, head);
  } finally {
    closeSync(fd);
  }
  return rawFromBytes(head) === PRECOMPILED;
}
