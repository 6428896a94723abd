// How the tree spelled each path. One that was spelled relative to the directory that the run was started in would be
// looked for elsewhere by the same command in another directory; one that was spelled absolute would not.

import type { RawText } from "../core/raw-text.ts";
import { withoutEmptySteps } from "./file-stories.ts";
import type { TraceRecord } from "./read-records.ts";

/** Collects the spellings of a run. */
export class Spellings {
  readonly #prefix: RawText;
  readonly #relative = new Set<RawText>();
  readonly #absolute = new Set<RawText>();

  /** @param cwd Directory that the run was started in, absolute. */
  constructor(cwd: RawText) {
    this.#prefix = cwd.endsWith("/") ? cwd : `${cwd}/`;
  }

  note({ relative, text }: TraceRecord): void {
    const path = withoutEmptySteps(text);
    (relative && path.startsWith(this.#prefix) ? this.#relative : this.#absolute).add(path);
  }

  /** The path as it has to be kept: relative, absolute, or both if it was spelled in both ways. */
  of(path: RawText): RawText[] {
    if (!this.#relative.has(path)) return [path];
    const below = path.slice(this.#prefix.length);
    return this.#absolute.has(path) ? [below, path] : [below];
  }
}
