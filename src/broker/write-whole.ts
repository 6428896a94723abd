// Files that others read at any time: they appear whole, are on disk before they do, and never vanish in between.

import { closeSync, constants, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { StagedFile } from "../sys/staged-file.ts";

/** Writes a file for us alone (0600), in place of an older one. @throws the system's error; nothing has changed then. */
export function writeWhole(path: RawText, content: string | Uint8Array): void {
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  using staged = new StagedFile(path);
  const fd = openSync(fsPath(staged.path), O_WRONLY | O_CREAT | O_EXCL, 0o600);
  try {
    writeFileSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  // Not `publish`, which removes the old file first: somebody may be about to read it.
  renameSync(fsPath(staged.path), fsPath(path));
}
