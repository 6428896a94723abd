// Copies of what a run has written. Those of a link's outputs begin as soon as the tool has ended. The caller waits for
// them, and for nothing else where few records of the trace show that there are no others: all of them take milliseconds to
// read. A file that will be an input next is known by its copy's digest.

import type { Entry } from "../core/entry.ts";
import { ZccacheError } from "../core/errors.ts";
import { absolutePath, type RawText, showRaw, withoutEmptySteps } from "../core/raw-text.ts";
import type { Reading } from "../key/watched-states.ts";
import type { NewOutput } from "../store/new-result.ts";
import type { StagedObject } from "../store/staged-object.ts";
import type { Store } from "../store/store.ts";
import type { CompileCall } from "./call.ts";

/** Private copies of what one run has written. */
export class EarlyCopies implements Disposable {
  readonly #store: Pick<Store, "stage">;
  readonly #read: (path: RawText) => Reading | undefined;
  readonly #begun = new Map<RawText, Promise<StagedObject>>();
  readonly #readings: Reading[] = [];
  readonly #readingOf = new Map<StagedObject["path"], Reading>();
  #complete = false;

  /** @param read Called for each file before it is copied; undefined for those that need not be known. */
  constructor(store: Pick<Store, "stage">, read: (path: RawText) => Reading | undefined = () => undefined) {
    this.#store = store;
    this.#read = read;
  }

  /**
   * Begins to copy what the plan of a link names, whether the run has written it or not. Every process of the run must
   * have ended. Other tools than links make nothing large enough.
   */
  begin({ plan, cwd }: Pick<CompileCall, "plan" | "cwd">): void {
    if (plan.link !== true) return;
    for (const output of plan.outputs) {
      const path = withoutEmptySteps(absolutePath(output.path, cwd));
      const copy = this.#copy(path);
      // Whoever asks for it gets the failure; until then it is nobody's.
      copy.catch(() => {});
      this.#begun.set(path, copy);
    }
  }

  /**
   * Waits until the caller may go on, as all that the run has written is copied; false if that can't be said yet. No more
   * is copied after that: the caller may have changed it.
   * @param written Of the run (`writtenPaths`); asked for only if there is a copy.
   */
  async complete(written: () => readonly RawText[] | undefined): Promise<boolean> {
    const wanted =
      this.#begun.size === 0 ? undefined : written()?.map((path) => this.#begun.get(withoutEmptySteps(path)));
    if (wanted === undefined || wanted.includes(undefined)) return false;
    const copies = await Promise.allSettled(wanted);
    this.#complete = copies.every(({ status }) => status === "fulfilled");
    return this.#complete;
  }

  /** True if the run has written this file, and no other is copied: what has its name by now does not matter. */
  has(path: RawText): boolean {
    return this.#complete && this.#begun.has(path);
  }

  /** As `Store.stage`, with the copy that was begun if there is one. @throws `OUTPUT_CHANGED` also if it is too late. */
  async stage(written: RawText): Promise<StagedObject> {
    const path = withoutEmptySteps(written);
    const copy = this.#begun.get(path);
    this.#begun.delete(path);
    if (this.#complete && copy === undefined)
      throw new ZccacheError("OUTPUT_CHANGED", `Cannot store "${showRaw(path)}": its link has ended long ago`);
    return await (copy ?? this.#copy(written));
  }

  /** These copies, in the order of the entry's outputs, have become its objects. */
  know(copies: readonly NewOutput[], { outputs }: Entry): void {
    for (const [at, { staged }] of copies.entries()) {
      const digest = outputs[at]?.digest;
      if (digest !== undefined) this.#readingOf.get(staged.path)?.known(`F${digest}`);
    }
  }

  /** Gives up what nobody has asked for. */
  drop(): void {
    for (const copy of this.#begun.values()) {
      copy.then(
        (staged) => staged[Symbol.dispose](),
        () => {},
      );
    }
    this.#begun.clear();
  }

  /** Nothing is known from here on that was not yet. */
  [Symbol.dispose](): void {
    for (const reading of this.#readings) reading[Symbol.dispose]();
  }

  async #copy(source: RawText): Promise<StagedObject> {
    const reading = this.#read(withoutEmptySteps(source));
    if (reading !== undefined) this.#readings.push(reading);
    const staged = await this.#store.stage(source);
    if (reading !== undefined) this.#readingOf.set(staged.path, reading);
    return staged;
  }
}
