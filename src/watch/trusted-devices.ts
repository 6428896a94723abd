// On which file systems every change that this machine makes is announced. Network and user-space file systems can
// change from elsewhere; pseudo file systems (proc, sysfs) announce nothing.

import { statfsSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/** f_type of overlayfs (statfs(2)). */
export const OVERLAY = 0x794c7630;

// f_type of statfs(2).
const ANNOUNCING = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
  0x01021994, // tmpfs
]);

/** Remembers by device number (st_dev) whether changes on it are announced. */
export class TrustedDevices {
  readonly #known = new Map<number, boolean>();
  readonly #overlayWorks: () => boolean;

  /** @param overlayWorks Tries out whether overlayfs announces changes here; called at most once, if there is one. */
  constructor(overlayWorks: () => boolean) {
    this.#overlayWorks = overlayWorks;
  }

  /** True if changes on `device` are announced. @param path Something on it. */
  has(device: number, path: RawText): boolean {
    const known = this.#known.get(device);
    if (known !== undefined) return known;
    const trusted = this.#isTrusted(path);
    this.#known.set(device, trusted);
    return trusted;
  }

  /** After a change of mounts a device number may stand for another file system. */
  forget(): void {
    this.#known.clear();
  }

  #isTrusted(path: RawText): boolean {
    try {
      const type = statfsSync(fsPath(path)).type >>> 0;
      return ANNOUNCING.has(type) || (type === OVERLAY && this.#overlayWorks());
    } catch {
      return false;
    }
  }
}
