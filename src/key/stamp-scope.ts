// How far a stamp reaches: what has to be the same for a digest that one process took under a stamp to hold for another.
//
// Within one mount a stamp can't come back: each write stamps ctime by a clock that goes forward. Elsewhere it can:
// - after a reboot: the clock may have stood anywhere, and numbers of devices are dealt out anew
// - after the clock was set back
// - on a device number that has gone to another file system since: loop devices, and tmpfs, overlayfs and btrfs, whose
//   numbers are made up at mounting. Images that are built reproducibly have inode numbers, sizes and times in common
//   although a file in them differs.
// So a digest is bound to this boot, to a clock that was not set back, and to a mount that has been there all the time.

import { readFileSync } from "node:fs";
import { dirname } from "node:path/posix";
import type { RawText } from "../core/raw-text.ts";
import { mountOf } from "../sys/mounts.ts";
import { readStamp } from "./file-stamp.ts";

/** A device (st_dev), and the mount by which it was reached, at a directory as far up as it goes. */
export type DeviceScope = { readonly device: bigint; readonly mount: bigint; readonly path: RawText };

/** This boot, and when it began by the clock as it is set now, in milliseconds since 1970. */
export type BootScope = { readonly boot: string; readonly beganMs: number };

/** Where the device of `path` is mounted; undefined where mounts can't be told from later ones (before Linux 6.8). */
export function readScope(path: RawText, device: bigint): DeviceScope | undefined {
  const top = topOf(path, device);
  const mount = mountOf(top);
  return mount === undefined ? undefined : { device, mount, path: top };
}

/** True if the device is still the one it was: its mount has been there all the time. */
export function scopeHolds({ device, mount, path }: DeviceScope): boolean {
  return mountOf(path) === mount && isOn(path, device);
}

/** This boot; undefined where it can't be told. */
export function readBoot(): BootScope | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const beganMs = readBeginning();
    return boot === "" || Number.isNaN(beganMs) ? undefined : { boot, beganMs };
  } catch {
    return undefined;
  }
}

/** On a machine that is busy, a process may stand still between two readings: then they are repeated. */
function readBeginning(): number {
  let beganMs = Number.NaN;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = Date.now();
    beganMs = before - Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000;
    if (Date.now() - before < STILL_MS) break;
  }
  return beganMs;
}

const TRIES = 5;
const STILL_MS = 100;

// A content is only remembered under times that are two seconds old (file-stamp.ts): a smaller step back can't bring them
// back. Leap seconds are one second; both readings together are off by some 100 ms.
const STEP_MS = 1500;

/** True if what was read under `earlier` holds under `now`. */
export function bootHolds(earlier: BootScope, now: BootScope): boolean {
  return earlier.boot === now.boot && now.beganMs > earlier.beganMs - STEP_MS;
}

/** Of two readings of one boot, the one under which the clock was further ahead. */
export function latestBoot(a: BootScope, b: BootScope): BootScope {
  return a.beganMs > b.beganMs ? a : b;
}

/** Directories stay where files come and go. */
function topOf(path: RawText, device: bigint): RawText {
  let top = path;
  for (let above = dirname(top); above !== top && isOn(above, device); above = dirname(top)) top = above;
  return top;
}

function isOn(path: RawText, device: bigint): boolean {
  const found = readStamp(path, "presence");
  return found.kind !== "absent" && found.kind !== "unreadable" && found.dev === device;
}
