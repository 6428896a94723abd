// A daemon that hangs or can't be started is under suspicion for some seconds, so that the next calls of a build don't
// each wait for it in vain. The mark is a file beside its lock; its age is what counts, nobody has to remove it.

import { closeSync, constants, openSync, statSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import type { Places } from "../ipc/places.ts";
import { fsPath } from "../sys/fs-path.ts";
import { removeIfThere } from "../sys/staged-file.ts";

/** How long a suspicion lasts. */
const SUSPECT_MS = 5000;

/** True if the daemon has failed a client within the last seconds. */
export function isSuspect(where: Places, now = Date.now()): boolean {
  const stats = statSync(fsPath(markOf(where)), { throwIfNoEntry: false });
  if (stats === undefined) return false;
  // Times of files have fractions of a millisecond, and a clock may be set back: hence both directions.
  return Math.abs(now - stats.mtimeMs) < SUSPECT_MS;
}

/** Tells the clients to come. Where nothing can be written, each finds out by itself. */
export function suspect(where: Places): void {
  try {
    removeIfThere(markOf(where));
    closeSync(openSync(fsPath(markOf(where)), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch {
    // As above.
  }
}

/** Ends a suspicion: the daemon has answered. */
export function trust(where: Places): void {
  try {
    removeIfThere(markOf(where));
  } catch {
    // It ends by itself.
  }
}

function markOf(where: Places): RawText {
  return `${where.lockFile}.suspect`;
}
