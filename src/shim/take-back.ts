// What a daemon that went away, or may have, has put into place for a tool that must not find it.

import { unlinkSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { Made } from "./client.ts";

/**
 * Removes it: nothing was there before. The staged file goes first: a daemon that was only stopped, and goes on now, has
 * nothing to put into place any more. @throws the system's error (unlink(2)): the tool must not be run then.
 */
export function takeBack({ staged, place }: Made): void {
  for (const path of [staged, place]) remove(path);
}

function remove(path: RawText): void {
  try {
    unlinkSync(fsPath(path));
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR")) throw error;
  }
}
