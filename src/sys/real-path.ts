// Paths with every link on the way followed.

import { realpathSync } from "node:fs";
import { type RawText, rawFromBytes } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";

/** The real path (realpath(3)). @throws the system's error. */
export function realPath(path: RawText): RawText {
  return rawFromBytes(realpathSync.native(fsPath(path), { encoding: "buffer" }));
}

/** The real path; undefined if nothing is there (any more), or it can't be reached. */
export function realPathIfAny(path: RawText): RawText | undefined {
  try {
    return realPath(path);
  } catch {
    return undefined;
  }
}
