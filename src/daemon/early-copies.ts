// Copies of a link's outputs that begin as soon as the tool has ended, while a worker still reads its trace: the caller
// waits for both, and each takes milliseconds.

import { absolutePath, type RawText, withoutEmptySteps } from "../core/raw-text.ts";
import type { StagedObject } from "../store/staged-object.ts";
import type { Store } from "../store/store.ts";
import type { CompileCall } from "./call.ts";

/** Private copies of what one run has written. */
export class EarlyCopies {
  readonly #store: Pick<Store, "stage">;
  readonly #begun = new Map<RawText, Promise<StagedObject>>();

  constructor(store: Pick<Store, "stage">) {
    this.#store = store;
  }

  /**
   * Begins to copy what the plan of a link names, whether the run has written it or not. Every process of the run must
   * have ended. Other tools than links make nothing large enough.
   */
  begin({ plan, cwd }: Pick<CompileCall, "plan" | "cwd">): void {
    if (plan.link !== true) return;
    for (const output of plan.outputs) {
      const path = withoutEmptySteps(absolutePath(output.path, cwd));
      const copy = this.#store.stage(path);
      // Whoever asks for it gets the failure; until then it is nobody's.
      copy.catch(() => {});
      this.#begun.set(path, copy);
    }
  }

  /** As `Store.stage`, with the copy that was begun if there is one. */
  async stage(written: RawText): Promise<StagedObject> {
    const path = withoutEmptySteps(written);
    const copy = this.#begun.get(path);
    this.#begun.delete(path);
    return await (copy ?? this.#store.stage(written));
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
}
