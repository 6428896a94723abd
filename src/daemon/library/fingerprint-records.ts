// What is known of the trees that clients have us watch by fingerprints. All of it is in files, so that it outlives the
// daemon. A directory for each cache file that a client names holds, for each set of filters:
//
// NAME.done     the tree as it was when the work on it was last done
// NAME.checked  the tree as it was at the last check, if that said "run" and nobody has said yet what became of it
// NAME.failed   the work has failed since
//
// A mark names the cache file only, so it speaks of every check of that file since the last mark. Old records are pruned
// (fingerprint-pruning.ts).

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { ZccacheError } from "../../core/errors.ts";
import type { RawText } from "../../core/raw-text.ts";
import type { TreeFilter } from "../../key/scan-tree.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { namesIn } from "../../sys/names-in.ts";
import { removeIfThere } from "../../sys/staged-file.ts";
import type { TreeSeen } from "../../workers/look-at-tree.ts";
import { hashIn } from "../../workers/offload.ts";
import type { Pool } from "../../workers/pool.ts";
import {
  GONE,
  pruneRecords,
  RECORD_LIMITS,
  RECORD_SUFFIXES,
  type RecordLimits,
  removeAll,
} from "./fingerprint-pruning.ts";
import { OneAtATime } from "./one-at-a-time.ts";

/** A tree to be checked. */
export type TreeCheck = {
  /** Names the record together with the filter. */
  readonly cacheFile: RawText;
  readonly filter: TreeFilter;
  /** Read every file, even those whose size and times have not moved. */
  readonly readAll: boolean;
};

/** What a check finds. */
export type TreeVerdict =
  | { readonly decision: "skip" }
  | { readonly decision: "run"; readonly reason: string; readonly changed: readonly RawText[] };

/** Records below one directory, whose only writer this process is. */
export class FingerprintRecords {
  readonly #directory: RawText;
  readonly #pool: Pool;
  /** By the directory of a cache file. */
  readonly #turns = new OneAtATime();
  readonly #limits: RecordLimits;
  #made = 0;

  constructor(directory: RawText, pool: Pool, limits = RECORD_LIMITS) {
    this.#directory = directory;
    this.#pool = pool;
    this.#limits = limits;
  }

  /**
   * Whether the tree is what it was when its work was last done. Anything but "skip" waits for a mark.
   * @throws {ZccacheError} `WORKER`; the system's error if the record can't be written.
   */
  check(check: TreeCheck): Promise<TreeVerdict> {
    const directory = this.#directoryOf(check.cacheFile);
    return this.#turns.run(directory, async () => {
      mkdirSync(fsPath(directory), { recursive: true, mode: 0o700 });
      return await this.#compare(check, `${directory}/${digestOf(JSON.stringify(check.filter))}`);
    });
  }

  /** The work that was checked for is done. What has changed since that check will be noticed; a failure stays one. */
  markSuccess(cacheFile: RawText): Promise<void> {
    const directory = this.#directoryOf(cacheFile);
    return this.#turns.run(directory, async () => {
      for (const file of namesIn(directory)) {
        if (!file.endsWith(".checked")) continue;
        renameSync(fsPath(`${directory}/${file}`), fsPath(`${directory}/${file.replace(/checked$/, "done")}`));
      }
    });
  }

  /** The work has failed: the next check says "run". */
  markFailure(cacheFile: RawText): Promise<void> {
    const directory = this.#directoryOf(cacheFile);
    return this.#turns.run(directory, async () => {
      for (const file of namesIn(directory)) {
        const record = file.slice(0, file.lastIndexOf("."));
        writeFileSync(fsPath(`${directory}/${record}.failed`), "", { mode: 0o600 });
      }
    });
  }

  /** Forgets all of a cache file: at once, since half of a record may say "skip". */
  invalidate(cacheFile: RawText): Promise<void> {
    const directory = this.#directoryOf(cacheFile);
    return this.#turns.run(directory, async () => {
      const gone = `${directory}${GONE}`;
      await removeAll(gone);
      if (namesIn(directory).length > 0) renameSync(fsPath(directory), fsPath(gone));
      await removeAll(gone);
    });
  }

  async #compare({ filter, readAll }: TreeCheck, record: RawText): Promise<TreeVerdict> {
    const standing = standingOf(record);
    const found = `${record}.found`;
    const known = readAll ? "" : `${record}.done\0${record}.checked`;
    let seen: TreeSeen;
    try {
      seen = await this.#pool.run("look", { ...joined(filter), known, to: found });
    } catch (error) {
      if (!(error instanceof ZccacheError) || error.code === "WORKER") throw error;
      // Whatever is done now is done with a tree that nobody has seen.
      for (const suffix of RECORD_SUFFIXES) removeIfThere(`${record}.${suffix}`);
      return { decision: "run", reason: `scan error: ${error.message}`, changed: [] };
    }
    const names = seen.unread;
    const outcomes = await this.#read(seen);
    const before = standing === "done" ? `${record}.done` : "";
    const unmarked = standing === "pending" ? `${record}.checked` : "";
    const { same, changed } = await this.#pool.run("compare", { found, names, outcomes, before, unmarked });
    if (same) {
      // The same contents, perhaps with other times.
      renameSync(fsPath(found), fsPath(`${record}.done`));
      return { decision: "skip" };
    }
    renameSync(fsPath(found), fsPath(`${record}.checked`));
    removeIfThere(`${record}.failed`);
    if (standing === "none") this.#countNew();
    return { decision: "run", reason: REASONS[standing], changed: changed === "" ? [] : changed.split("\0") };
  }

  /** Prunes behind the caller's back: with the first record that is made, and each so many. */
  #countNew(): void {
    this.#made += 1;
    if (this.#made % PRUNE_EACH !== 1) return;
    // What could not be removed is tried again the next time.
    pruneRecords(this.#directory, this.#turns, this.#limits).catch(() => {});
  }

  /** Digests of files, some at a time, so that compiles need not wait for all of them. */
  async #read({ root, unread }: TreeSeen): Promise<string> {
    const paths = unread === "" ? [] : unread.split("\0").map((name) => `${root}/${name}`);
    const outcomes: string[] = [];
    for (let at = 0; at < paths.length; at += READ_AT_ONCE) {
      const readings = await hashIn(this.#pool)(paths.slice(at, at + READ_AT_ONCE));
      outcomes.push(...readings.map(({ outcome }) => outcome));
    }
    return outcomes.join("\0");
  }

  #directoryOf(cacheFile: RawText): RawText {
    return `${this.#directory}/${digestOf(cacheFile)}`;
  }
}

type Standing = "none" | "done" | "pending" | "failed";

const PRUNE_EACH = 50;

const READ_AT_ONCE = 128;

const REASONS: Readonly<Record<Standing, string>> = {
  none: "no cache file",
  done: "content changed",
  pending: "pending",
  failed: "previous failure",
};

function standingOf(record: RawText): Standing {
  const slash = record.lastIndexOf("/");
  const files = namesIn(record.slice(0, slash));
  const name = record.slice(slash + 1);
  if (files.includes(`${name}.failed`)) return "failed";
  if (files.includes(`${name}.checked`)) return "pending";
  return files.includes(`${name}.done`) ? "done" : "none";
}

function joined({ root, extensions, include, exclude }: TreeFilter) {
  return { root, extensions: extensions.join("\0"), include: include.join("\0"), exclude: exclude.join("\0") };
}

function digestOf(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
