// How the tree spelled each path. One that was spelled relative to the directory that the run was started in would be
// looked for elsewhere by the same command in another directory; one that was spelled absolute would not, unless the
// tool made it so itself (getcwd, realpath, a descriptor of a directory), which no record shows.

import { type RawText, withoutEmptySteps } from "../core/raw-text.ts";
import type { TraceRecord } from "./read-records.ts";

const SLASH = 0x2f;
const DOT = 0x2e;

/** Collects the spellings of a run. */
export class Spellings {
  readonly #prefix: RawText;
  /** Code of the first letter of its name; undefined for `/`. */
  readonly #first: number | undefined;
  /** Of paths below the directory. */
  readonly #relative = new Set<RawText>();
  readonly #absolute = new Set<RawText>();

  /** @param cwd Directory that the run was started in, absolute. */
  constructor(cwd: RawText) {
    this.#prefix = cwd.endsWith("/") ? cwd : `${cwd}/`;
    this.#first = this.#prefix.length > 1 ? this.#prefix.charCodeAt(1) : undefined;
  }

  note({ relative, text }: TraceRecord): void {
    // Most texts outside of the directory show that by their first letter, unless an empty step hides it.
    const first = text.charCodeAt(1);
    if (first !== this.#first && this.#first !== undefined && first !== SLASH && first !== DOT) return;
    const path = withoutEmptySteps(text);
    if (path.startsWith(this.#prefix)) (relative ? this.#relative : this.#absolute).add(path);
  }

  /**
   * The path as it has to be kept: relative, absolute, or both. Both hold for an absolute one below the directory, as it
   * is not known who made it absolute: then another directory has to have the same there, and this one too.
   */
  of(path: RawText): RawText[] {
    if (this.isOne(path)) return [path];
    const below = path.slice(this.#prefix.length);
    return this.#relative.has(path) && !this.#absolute.has(path) ? [below] : [below, path];
  }

  /** True if the path is kept as it is. */
  isOne(path: RawText): boolean {
    return !path.startsWith(this.#prefix) || path.length === this.#prefix.length;
  }
}
