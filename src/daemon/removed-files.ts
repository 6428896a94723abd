// What a run did to its own files under other names than it made them by. Temporary folders are often emptied through a
// descriptor, which the trace names as the kernel does, links on the way followed.

import { lstatSync } from "node:fs";
import type { Look, Observation } from "../core/observation.ts";
import { absolutePath, baseName, type RawText } from "../core/raw-text.ts";
import { directoryOf } from "../deliver/destination.ts";
import { fsPath } from "../sys/fs-path.ts";
import { realPlace } from "../sys/real-path.ts";

/** The looks without those at folders that the run made and removed. */
export function withoutOwnFolders(
  looks: readonly Look[],
  { folders, cwd }: { readonly folders: readonly RawText[]; readonly cwd: RawText },
): readonly Look[] {
  if (folders.length === 0) return looks;
  const isOwn = (path: RawText): boolean => folders.some((own) => isGoneFrom(own, path));
  return looks.filter(({ path, found }) => !(found && isOwn(absolutePath(path, cwd))));
}

/** The first file of others that a run removed; undefined if there is none. */
export function strangerAmongRemoved({ removed, written }: Pick<Observation, "removed" | "written">) {
  return removed.find((path) => !written.some((own) => isGoneFrom(own, path)));
}

/** True for what is not there, if it would be at `path` without links on the way. */
function isGoneFrom(own: RawText, path: RawText): boolean {
  if (baseName(own) !== baseName(path)) return false;
  if (lstatSync(fsPath(own), { throwIfNoEntry: false }) !== undefined) return false;
  return realPlace(directoryOf(own)) === directoryOf(path);
}
