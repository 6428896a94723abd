// What is in a directory, in any bytes.

import { readdirSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { type RawText, rawFromBytes } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";

/** Names in a directory; none where there is no such directory. @throws the system's error otherwise. */
export function namesIn(directory: RawText): RawText[] {
  try {
    return readdirSync(fsPath(directory), { encoding: "buffer" }).map(rawFromBytes);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}
