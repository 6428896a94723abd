// overlayfs, which containers have everywhere, announces changes since Linux 4.19; older kernels lose those of a file
// that is copied up. Rather than trusting a version, it is tried out where we may write.

import { closeSync, mkdtempSync, openSync, renameSync, rmSync, statfsSync, writeSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { FILE_SYSTEM } from "../sys/file-systems.ts";
import { fsPath } from "../sys/fs-path.ts";
import { EVENT, openChangeQueue } from "../sys/inotify.ts";

const NAMES = EVENT.create | EVENT.delete | EVENT.movedFrom | EVENT.movedTo;
const CONTENT = EVENT.modify | EVENT.closeWrite;

/** True if making, writing, renaming and removing a file on overlayfs is announced; false if none of `places` is on it. */
export function overlayAnnounces(places: readonly RawText[]): boolean {
  return places.some((place) => {
    try {
      return statfsSync(fsPath(place)).type >>> 0 === FILE_SYSTEM.overlay && announces(place);
    } catch {
      return false;
    }
  });
}

function announces(place: RawText): boolean {
  using queue = openChangeQueue();
  const directory = mkdtempSync(`${place}/.zccache-probe-`);
  try {
    const names = queue.add(directory, NAMES);
    const file = openSync(`${directory}/a`, "w");
    const content = queue.add(`${directory}/a`, CONTENT);
    writeSync(file, "x");
    closeSync(file);
    renameSync(`${directory}/a`, `${directory}/b`);
    rmSync(`${directory}/b`);
    const seen = new Map<number, number>();
    queue.drain((watch, mask) => seen.set(watch, (seen.get(watch) ?? 0) | mask));
    return hasAll(seen.get(names), NAMES) && hasAll(seen.get(content), CONTENT);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function hasAll(mask: number | undefined, bits: number): boolean {
  return mask !== undefined && (mask & bits) === bits;
}
