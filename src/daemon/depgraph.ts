// The warm-start image of the dependency graph in a daemon's life: read behind the start's back, checked by the workers,
// taken over a few milliseconds at a time; written every few minutes and at the end. Whatever is wrong with it, look-ups
// are slower until files were looked at again, and give the same.

import { describeError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import type { FileStates } from "../key/file-states.ts";
import type { KnownContents } from "../key/known-contents.ts";
import { type BootScope, bootHolds, latestBoot, readBoot, scopeHolds } from "../key/stamp-scope.ts";
import { followAhead } from "../key/watched-states.ts";
import { type ImageOutcome, writeImage } from "../store/depgraph-file.ts";
import { decodeRecords, IMAGE_VERSION, type ImageRecord } from "../store/depgraph-image.ts";
import type { Logger } from "../sys/log.ts";
import { removeIfThere } from "../sys/staged-file.ts";
import type { PathWatch } from "../watch/path-watch.ts";
import type { Pool } from "../workers/pool.ts";
import { stampOf } from "../workers/validate-records.ts";
import { type GraphSource, recordBlocks, revisionOf } from "./depgraph-records.ts";
import { nextTurn, SLICE_MS } from "./slices.ts";
import type { StartUpWarnings } from "./start-up-warnings.ts";

/** What the image is made from and goes into. */
export type DepGraphParts = {
  readonly contents: KnownContents;
  /** Looks at a path without a watch. */
  readonly files: FileStates;
  readonly watch: PathWatch | undefined;
  readonly pool: Pool;
  readonly warnings: StartUpWarnings;
  readonly log: Logger;
  /** What the index holds: rows of manifests, and the results that they lead to. */
  readonly totals: () => { readonly metadataEntries: number; readonly artifactCount: number };
  /** As in `key/stamp-scope.ts`. */
  readonly readBoot?: () => BootScope | undefined;
};

/** Where the image is, and whether it may be used. */
export type DepGraphOptions = { readonly state: RawText; readonly enabled: boolean };

type Loaded = Extract<ImageOutcome, { kind: "loaded" }>;

const SAVE_MILLIS = 300_000;

// A content that was changed just now is read while it is followed, in this thread: 0.75 ms a MB.
const FOLLOWED_BYTES = 4n << 20n;

/** The image of one daemon. Nothing of it throws or rejects. */
export class DepGraph {
  readonly #path: RawText;
  readonly #enabled: boolean;
  readonly #parts: DepGraphParts;
  /** The furthest that the clock was ahead when anything was read that is known now; undefined: it can't be told. */
  #boot: BootScope | undefined;
  #load: "before" | "running" | "over" = "before";
  #isAbandoned = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #savedRevision = "";
  #diskBytes = 0;

  constructor({ state, enabled }: DepGraphOptions, parts: DepGraphParts) {
    this.#path = `${state}/depgraph/depgraph.bin`;
    this.#enabled = enabled;
    this.#parts = parts;
    this.#boot = this.#readBoot();
  }

  /** Starts to load, and to save from time to time. To be called when requests are served. */
  start(): void {
    if (!this.#enabled) {
      this.#remove("removed the warm-start image, which is off");
      return;
    }
    this.#load = "running";
    void this.#loadAll().finally(() => {
      this.#load = "over";
    });
    this.#timer = setInterval(() => void this.#saveChanges(), SAVE_MILLIS);
    this.#timer.unref();
  }

  /** For `status`: whether this daemon read or wrote an image, and its bytes; 0 = there is none. */
  report(): { version: number; persisted: boolean; diskBytes: number } {
    return { version: IMAGE_VERSION, persisted: this.#diskBytes > 0, diskBytes: this.#diskBytes };
  }

  /** Removes the file. What is known of contents stays: it does not depend on what results there are. */
  async forget(): Promise<void> {
    this.#isAbandoned = true;
    await this.#saving;
    if (this.#enabled) this.#remove("removed the warm-start image");
  }

  /** Writes the image a last time, unless it has not been read yet. The pool may be closed after that. */
  async close(): Promise<void> {
    this.#isAbandoned = true;
    clearInterval(this.#timer);
    await this.#saving;
    if (this.#load === "over") await this.#save();
  }

  #readBoot(): BootScope | undefined {
    return (this.#parts.readBoot ?? readBoot)();
  }

  #remove(text: string): void {
    this.#diskBytes = 0;
    this.#savedRevision = "";
    try {
      removeIfThere(this.#path);
      this.#parts.log.info("depgraph", text);
    } catch (error) {
      this.#parts.log.warn("depgraph", `Cannot remove the warm-start image: ${describeError(error)}`);
    }
  }

  async #loadAll(): Promise<void> {
    const began = performance.now();
    try {
      const { outcome } = await this.#parts.pool.run("image", { path: this.#path });
      if (this.#isAbandoned) return;
      if (outcome.kind === "missing") return;
      if (outcome.kind !== "loaded") return this.#warn(`Cannot load the warm-start image: ${reasonOf(outcome)}`);
      const counts = await this.#takeOver(outcome);
      if (this.#isAbandoned) return;
      this.#diskBytes = outcome.bytes;
      const millis = Math.round(performance.now() - began);
      const { metadataEntries, artifactCount } = this.#parts.totals();
      const contexts = `${metadataEntries} contexts with ${artifactCount} results`;
      this.#parts.log.info("depgraph", `warm-start image: ${showCounts(counts)}; ${contexts}; ${millis} ms`);
    } catch (error) {
      if (!this.#isAbandoned) this.#warn(`Cannot load the warm-start image: ${describeError(error)}`);
    }
  }

  #warn(text: string): void {
    this.#parts.warnings.add("depgraph", text);
  }

  /** Takes over the records that hold, one block after the other, while the workers check the next. */
  async #takeOver({ head, blocks }: Loaded): Promise<Counts> {
    const counts: Counts = { warm: 0, cold: 0, stale: 0 };
    const boot = this.#boot;
    if (boot === undefined || !bootHolds(head, boot)) return counts;
    this.#boot = latestBoot(head, boot);
    const devices = head.devices
      .filter(scopeHolds)
      .map(({ device }) => device)
      .join(" ");
    const check = (index: number) => {
      const block = blocks[index];
      return block && this.#parts.pool.run("validate", { path: this.#path, ...block, devices });
    };
    let next = check(0);
    for (let index = 1; next !== undefined && !this.#isAbandoned; index++) {
      const { records, stale } = await next;
      next = check(index);
      // It is awaited in the next round, if there is one.
      next?.catch(() => {});
      counts.stale += stale;
      await this.#install(records, counts);
    }
    return counts;
  }

  async #install(records: Uint8Array, counts: Counts): Promise<void> {
    let sliceEnd = performance.now() + SLICE_MS;
    this.#parts.watch?.drain();
    for (const { record } of decodeRecords(records)) {
      this.#adopt(record);
      if (record.content === undefined) counts.cold += 1;
      else counts.warm += 1;
      if (performance.now() < sliceEnd) continue;
      await nextTurn();
      if (this.#isAbandoned) return;
      this.#parts.watch?.drain();
      sliceEnd = performance.now() + SLICE_MS;
    }
  }

  #adopt({ path, aspect, idleLives, content }: ImageRecord): void {
    const { contents, files, watch } = this.#parts;
    const lives = idleLives + 1;
    if (content !== undefined) {
      contents.adopt(path, { known: { stamp: stampOf(content), state: `F${content.digest}` }, idleLives: lives });
    }
    if (aspect === undefined || watch === undefined || (content?.size ?? 0n) > FOLLOWED_BYTES) return;
    followAhead({ path, aspect }, lives, { files, watch });
  }

  async #saveChanges(): Promise<void> {
    if (this.#load !== "over" || revisionOf(this.#parts) === this.#savedRevision) return;
    this.#saving = this.#saving.then(() => this.#save());
    await this.#saving;
  }

  async #save(): Promise<void> {
    const now = this.#readBoot();
    if (!this.#enabled || now === undefined) return;
    // Written under a clock that was ahead, a stamp may come again.
    if (this.#boot === undefined || !bootHolds(this.#boot, now)) {
      this.#remove("removed the warm-start image: the clock was set back");
      return;
    }
    this.#boot = latestBoot(this.#boot, now);
    const source: GraphSource = this.#parts;
    const revision = revisionOf(source);
    const devices = source.contents.lastingDevices();
    try {
      this.#diskBytes = await writeImage(this.#path, { ...this.#boot, devices }, recordBlocks(source, devices));
      this.#savedRevision = revision;
    } catch (error) {
      this.#parts.log.warn("depgraph", `Cannot save the warm-start image: ${describeError(error)}`);
    }
  }
}

function reasonOf(outcome: Exclude<ImageOutcome, Loaded | { kind: "missing" }>): string {
  if (outcome.kind === "version") return `it has format version ${outcome.found}, this zccache reads ${IMAGE_VERSION}`;
  return outcome.kind === "corrupt" ? `it is damaged: ${outcome.reason}` : outcome.reason;
}

/** Records with a content, without one, and those that did not hold any more. */
type Counts = { warm: number; cold: number; stale: number };

function showCounts({ warm, cold, stale }: Counts): string {
  return `${warm + cold + stale} files, of which ${cold} cold, ${warm} warm, ${stale} stale`;
}
