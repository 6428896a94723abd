// Files that clients are told of: private copies of objects, since eviction may take the object at any time and a client
// may do with its file what it likes.

import { ZccacheError } from "../../core/errors.ts";
import type { RawText } from "../../core/raw-text.ts";
import { copyBySize, copyVerified, type VerifiedCopy } from "../../deliver/copy-verified.ts";
import { copyIn } from "../../workers/offload.ts";
import type { Services } from "../services.ts";

/** How long a file stays after its client was told of it. */
const LIFE_MS = 600_000;
/** Together they take no more; the oldest goes earlier then. */
const MOST_BYTES = 4 * 1024 ** 3;

/** Copies for clients. */
export class Leases {
  readonly #services: Pick<Services, "spool" | "pool">;
  /** Oldest first. */
  readonly #leases = new Map<RawText, { readonly size: number; readonly timer: ReturnType<typeof setTimeout> }>();
  #bytes = 0;

  constructor(services: Pick<Services, "spool" | "pool">) {
    this.#services = services;
  }

  /**
   * Makes a copy that stays for ten minutes; the daemon's next start removes it, too.
   * @throws {ZccacheError} `STORE_CORRUPT` if the object is gone or damaged, `IO` if there is no room for a copy.
   */
  async lend(object: Pick<VerifiedCopy, "from" | "size" | "check">): Promise<RawText> {
    const to = this.#services.spool.newPath();
    const copy: VerifiedCopy = { ...object, to, mode: 0o600, share: true };
    try {
      await this.#copy(copy);
    } catch (error) {
      this.#services.spool.remove(to);
      throw error;
    }
    this.#leases.set(to, { size: object.size, timer: setTimeout(() => this.#end(to), LIFE_MS).unref() });
    this.#bytes += object.size;
    for (const path of this.#leases.keys()) {
      if (this.#bytes <= MOST_BYTES || path === to) break;
      this.#end(path);
    }
    return to;
  }

  async #copy(copy: VerifiedCopy): Promise<void> {
    try {
      await copyBySize(copy, copyIn(this.#services.pool));
    } catch (error) {
      if (!(error instanceof ZccacheError) || error.code !== "WORKER") throw error;
      this.#services.spool.remove(copy.to);
      copyVerified(copy);
    }
  }

  #end(path: RawText): void {
    const lease = this.#leases.get(path);
    if (lease === undefined) return;
    clearTimeout(lease.timer);
    this.#leases.delete(path);
    this.#bytes -= lease.size;
    this.#services.spool.remove(path);
  }
}
