// A file that appears whole or not at all: written under a random name beside its target, then renamed.

import { randomBytes } from "node:crypto";
import { renameSync, unlinkSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { fault } from "./fault.ts";
import { fsPath } from "./fs-path.ts";

/**
 * Names a temporary file in the directory of `target`; whoever writes it creates it with O_EXCL (open(2)). Leaving the
 * scope of `using` without `publish` removes it again.
 */
export class StagedFile implements Disposable {
  readonly path: RawText;
  readonly target: RawText;
  #published = false;

  constructor(target: RawText) {
    this.target = target;
    this.path = `${target.slice(0, target.lastIndexOf("/") + 1)}.zccache-${randomBytes(8).toString("hex")}`;
  }

  /**
   * Puts the file in its place. The old file is unlinked first: replacing one by rename(2) makes ext4 flush the new one
   * to disk (295 against 78 µs). A crash between the two leaves no file, never a partial one.
   * @param replaces False if nothing was there a moment ago: a file that appears meanwhile is replaced all the same.
   * @throws the system's error; the target is then the old file, or gone.
   */
  publish(replaces = true): void {
    fault("deliver.publish");
    if (replaces) removeIfThere(this.target);
    fault("deliver.unlinked");
    renameSync(fsPath(this.path), fsPath(this.target));
    this.#published = true;
  }

  [Symbol.dispose](): void {
    if (this.#published) return;
    try {
      removeIfThere(this.path);
    } catch {
      // The directory is gone or read-only by now: nothing of ours can be removed from it.
    }
  }
}

/** Removes a file; one that is not there is fine (unlink(2)). */
export function removeIfThere(path: RawText): void {
  try {
    unlinkSync(fsPath(path));
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}
