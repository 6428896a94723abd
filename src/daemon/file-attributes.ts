// What an archiver copies of a file beside its content.

import { statSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/** Mode, owner, group and second of the last change, links followed; of a file that is not there, that. */
export function fileAttributes(path: RawText): string {
  const stats = statSync(fsPath(path), { throwIfNoEntry: false });
  if (stats === undefined) return "absent";
  return [stats.mode.toString(8), stats.uid, stats.gid, Math.floor(stats.mtimeMs / 1000)].join(" ");
}
