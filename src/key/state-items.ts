// What states are asked for: a path in an aspect, as one object for all runs, rows and calls that are about it. What is
// found out about it is kept with it, where a look-up by its text would be made at each step of a miss.

import type { Dependency } from "../core/entry.ts";
import type { Aspect } from "../core/observation.ts";
import { absolutePath, ownText, type RawText } from "../core/raw-text.ts";
import type { Mark } from "../watch/mark.ts";

/** A path, absolute, and how it is looked at. */
export type StateItem = {
  readonly path: RawText;
  readonly aspect: Aspect;
  /** What the watch knows it by, once it was asked: for a path and aspect it is the same for good. */
  mark?: Mark | undefined;
};

/** A path as it is spelled in one working directory. */
export type SpelledItem = StateItem & {
  readonly spelled: RawText;
  /** The dependency on it that was made last. */
  dependency: Dependency | undefined;
};

/** An item of its own. */
export function newItem(spelled: RawText, aspect: Aspect, cwd: RawText): SpelledItem {
  return { path: absolutePath(spelled, cwd), aspect, mark: undefined, spelled, dependency: undefined };
}

type ByAspect = Readonly<Record<Aspect, Map<RawText, SpelledItem>>>;

// 0.5 KB each with paths of 70 letters; a thousand C files with common headers have a tenth of these.
const KEPT_AT_MOST = 100_000;

/** All items of one watch. Whoever holds one that was forgotten may go on with it. */
export class StateItems {
  readonly #atMost: number;
  #absolute = newTable();
  readonly #relative = new Map<RawText, ByAspect>();
  /** Where the last relative path was asked for: thousands come one after the other. */
  #last: { readonly cwd: RawText; readonly table: ByAspect } | undefined;
  #count = 0;

  constructor(atMost = KEPT_AT_MOST) {
    this.#atMost = atMost;
  }

  /** The item for a path, absolute or relative to `cwd`. */
  of(spelled: RawText, aspect: Aspect, cwd: RawText): SpelledItem {
    const table = (spelled.startsWith("/") ? this.#absolute : this.#below(cwd))[aspect];
    const known = table.get(spelled);
    if (known !== undefined) return known;
    if (this.#count >= this.#atMost) {
      this.#forgetAll();
      return this.of(spelled, aspect, cwd);
    }
    // It stays, and must not keep the trace or the answer that its text is a part of.
    const own = ownText(spelled);
    const item = newItem(own, aspect, cwd);
    table.set(own, item);
    this.#count += 1;
    return item;
  }

  #below(cwd: RawText): ByAspect {
    if (this.#last?.cwd === cwd) return this.#last.table;
    const table = this.#relative.get(cwd) ?? newTable();
    this.#relative.set(cwd, table);
    this.#last = { cwd, table };
    return table;
  }

  #forgetAll(): void {
    this.#absolute = newTable();
    this.#relative.clear();
    this.#last = undefined;
    this.#count = 0;
  }
}

function newTable(): ByAspect {
  return { content: new Map(), presence: new Map(), link: new Map(), listing: new Map(), stamp: new Map() };
}
