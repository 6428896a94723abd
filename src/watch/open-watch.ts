// Opens a watch with what this machine allows.

import { readFileSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { openChangeQueue } from "../sys/inotify.ts";
import { ContentWatch } from "./content-watch.ts";
import { overlayAnnounces } from "./overlay-probe.ts";
import { PathWatch } from "./path-watch.ts";
import { TrustedDevices } from "./trusted-devices.ts";

// Editors and file synchronisation watch as well, and the limit is per user (inotify(7)). A watch takes 1 kB of the
// kernel's memory, which is not swapped.
const SHARE = 0.5;
const MOST = 200_000;
const CONTENTS_SHARE = 0.1;
const MOST_CONTENTS = 20_000;

/**
 * Opens a watch.
 * @param writable Directories for trying out overlayfs.
 * @throws {ZccacheError} `SYSTEM_CALL` where the kernel gives none.
 */
export function openWatch(writable: readonly RawText[]): PathWatch {
  return new PathWatch({
    queue: openChangeQueue(),
    devices: new TrustedDevices(() => overlayAnnounces(writable)),
    limit: Math.min(MOST, Math.floor(allowedWatches() * SHARE)),
  });
}

/** Likewise, of contents. @param own A directory of ours. @throws {ZccacheError} `SYSTEM_CALL`. */
export function openContentWatch(own: RawText): ContentWatch {
  return new ContentWatch({
    queue: openChangeQueue(),
    devices: new TrustedDevices(() => overlayAnnounces([own])),
    limit: Math.min(MOST_CONTENTS, Math.floor(allowedWatches() * CONTENTS_SHARE)),
  });
}

function allowedWatches(): number {
  try {
    return Number(readFileSync("/proc/sys/fs/inotify/max_user_watches", "latin1"));
  } catch {
    return 8192; // the kernel's smallest default
  }
}
