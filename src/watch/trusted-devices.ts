// On which devices every change that this machine makes is announced.

import { statfsSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { ANNOUNCING, FILE_SYSTEM } from "../sys/file-systems.ts";
import { fsPath } from "../sys/fs-path.ts";

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
      return ANNOUNCING.has(type) || (type === FILE_SYSTEM.overlay && this.#overlayWorks());
    } catch {
      return false;
    }
  }
}
