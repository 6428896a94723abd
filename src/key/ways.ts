// Whether the way to a path stayed the same while a tool ran: a link on it that was given another target, or a directory
// that was moved to its name, leads to other files, which may be older than the run.

import { dirname, resolve } from "node:path/posix";
import type { RawText } from "../core/raw-text.ts";
import { changedSince, type FileStamp } from "./file-stamp.ts";
import type { FileStates } from "./file-states.ts";

/** Looks at each place on the ways of one run once: 1.2 µs a place. */
export class Ways {
  readonly #files: Pick<FileStates, "stamp" | "state">;
  readonly #startedNs: bigint;
  readonly #changed = new Map<RawText, boolean>();

  /** @param startedNs Of `fileClockNs`: the moment from which on a change counts. */
  constructor(files: Pick<FileStates, "stamp" | "state">, startedNs: bigint) {
    this.#files = files;
    this.#startedNs = startedNs;
  }

  /** True if `path`, absolute, may lead to something else than when the tool was started. */
  changed(path: RawText): boolean {
    const known = this.#changed.get(path);
    if (known !== undefined) return known;
    this.#changed.set(path, false); // a loop of links ends here
    const changed = (path !== "/" && this.changed(dirname(path))) || this.#changedHere(path);
    this.#changed.set(path, changed);
    return changed;
  }

  #changedHere(path: RawText): boolean {
    const stamp = this.#files.stamp(path, "link");
    if (stamp === undefined) return false;
    if (stamp.kind === "directory") return this.#moved(stamp);
    if (stamp.kind !== "link") return false;
    if (changedSince(stamp, this.#startedNs)) return true;
    const target = this.#files.state(path, "link").slice(1);
    return this.changed(resolve(dirname(path), target));
  }

  /**
   * A move sets the directory's ctime alone; a name that is made or removed in it, as builds do all the time, sets both
   * times. One that is moved and then written to within one run is not seen.
   */
  #moved({ ctimeNs, mtimeNs }: FileStamp): boolean {
    return ctimeNs >= this.#startedNs && ctimeNs !== mtimeNs;
  }
}
