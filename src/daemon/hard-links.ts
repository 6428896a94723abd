// Who asked for hard links in the place of copies (ZCCACHE_HARDLINK), and which objects need not be compared for that.

import type { Entry } from "../core/entry.ts";
import type { RawText } from "../core/raw-text.ts";
import type { NewOutput } from "../store/new-result.ts";
import type { ContentWatch } from "../watch/content-watch.ts";
import type { CompileCall } from "./call.ts";

/** Names of outputs that may be hard links to objects; undefined if none may. Read per call; part of no key. */
export function linkedNames({ plan, environment }: Pick<CompileCall, "plan" | "environment">): RegExp | undefined {
  const value = environment.get("ZCCACHE_HARDLINK");
  return value === "1" || value === "true" ? plan.neverRewritten : undefined;
}

/** Objects whose content is known without being read. */
export class HardLinks {
  readonly #open: () => ContentWatch | undefined;
  #contents: ContentWatch | undefined | "unopened" = "unopened";

  /** @param open Called once, when the first one asks for links: a user has few queues of changes (inotify(7)). */
  constructor(open: () => ContentWatch | undefined) {
    this.#open = open;
  }

  /** Undefined where nothing can be followed. */
  get contents(): ContentWatch | undefined {
    if (this.#contents === "unopened") this.#contents = this.#open();
    return this.#contents;
  }

  /**
   * Follows private copies that will be linked once they are objects. To be called before their digests are made.
   * @returns to be told what was stored, or disposed of.
   */
  followNew(outputs: readonly NewOutput[], call: CompileCall): Following {
    const stack = new DisposableStack();
    const names = linkedNames(call);
    const contents = names === undefined ? undefined : this.contents;
    const followed = outputs.map(({ role, name, staged }) => {
      const known = name ?? call.plan.outputs.find((output) => output.role === role)?.path ?? "";
      const content = names?.test(known) === true ? contents?.follow(staged.path) : undefined;
      return content === undefined ? undefined : stack.use(content);
    });
    return {
      keep({ outputs: stored }, objectPath) {
        for (const [at, content] of followed.entries()) {
          const digest = stored[at]?.digest;
          if (content !== undefined && digest !== undefined) contents?.keep(content, objectPath(digest));
        }
      },
      [Symbol.dispose]: () => stack.dispose(),
    };
  }
}

/** Private copies on their way into the store. */
export type Following = Disposable & {
  /** They were made the objects of this entry, in the same order; of those that were there before nothing is known. */
  keep(entry: Entry, objectPath: (digest: Entry["outputs"][number]["digest"]) => RawText): void;
};
