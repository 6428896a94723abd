// Paths with every link on the way followed.

import { realpathSync } from "node:fs";
import { basename, dirname } from "node:path/posix";
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

/** The real path of a directory that need not be there. */
export function realPlace(directory: RawText): RawText {
  const real = realPathIfAny(directory);
  if (real !== undefined) return real;
  if (directory === "/" || directory === "") return "/";
  return `${realPlace(dirname(directory)).replace(/\/$/, "")}/${basename(directory)}`;
}
