// A daemon whose socket or state directory was removed, or replaced, is found by no client, or stores where nobody looks.

import { lstatSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

const CHECK_MS = 2000;

/** Calls `end`, every two seconds, once one of these files is not the one any more that it is now. */
export function endWhenLost(paths: readonly RawText[], end: () => void): ReturnType<typeof setInterval> {
  const inodes = paths.map(inodeOf);
  return setInterval(() => {
    if (paths.some((path, index) => inodeOf(path) !== inodes[index])) end();
  }, CHECK_MS);
}

function inodeOf(path: RawText): number | undefined {
  try {
    return lstatSync(fsPath(path)).ino;
  } catch {
    return undefined; // whatever keeps us from seeing it keeps clients from it
  }
}
