// Files of a session to which lines are added: its journal and its log.

import { appendFileSync } from "node:fs";
import { type RawText, showRaw } from "../../core/raw-text.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { refused } from "./refused.ts";

/** Opens a file for lines to be added. @throws {ZccacheError} `BAD_REQUEST` if nothing can be written there. */
export function openLines(what: string, path: RawText): void {
  try {
    appendFileSync(fsPath(path), "");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw refused(`write the ${what} "${showRaw(path)}"`, reason, cause);
  }
}

/**
 * Adds a line. The file is not kept open, so that its directory can be removed at any time; a disk that is full is no
 * reason to fail a compile.
 */
export function addLine(path: RawText, line: string): void {
  try {
    appendFileSync(fsPath(path), `${line}\n`);
  } catch {
    // As said.
  }
}
