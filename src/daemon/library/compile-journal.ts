// The journal of all calls of this daemon, `logs/compile_journal.jsonl`: one JSON object a line. Lines are made and
// written a while after the answer, many at once, so that no call waits for them.

import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import type { RawText } from "../../core/raw-text.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { nextTurn, SLICE_MS } from "../slices.ts";
import { askedText, type JournalEntry, journalLine, type LineOptions } from "./journal-line.ts";

/** Where it is, and how large it may grow. */
export type JournalOptions = {
  /** Directory of logs. */
  readonly logs: RawText;
  /** Above this it becomes `compile_journal.jsonl.1`, in the place of the one before. */
  readonly rotateBytes?: number;
  /** How long lines may wait. */
  readonly waitMs?: number;
};

/** Its session, and what hides the secrets that may stand in it. */
export type EntryOptions = Pick<LineOptions, "session" | "redact">;

type Waiting = EntryOptions & { readonly entry: JournalEntry };

type Asked = Pick<JournalEntry["call"], "tool" | "cwd"> & Pick<EntryOptions, "redact"> & { readonly text: string };

const ROTATE_BYTES = 16 << 20;
const WAIT_MS = 200;

// Of a build that is faster than its journal, the rest is not written down: 10 MB at most wait.
const MOST_WAITING = 20_000;

/** The journal of one daemon. Nothing of it throws or rejects: it is for people only. */
export class CompileJournal implements AsyncDisposable {
  readonly #path: RawText;
  readonly #rotateBytes: number;
  readonly #waitMs: number;
  readonly #asked = new WeakMap<readonly RawText[], Asked>();
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One batch after the other. */
  #written = Promise.resolve();

  constructor({ logs, rotateBytes = ROTATE_BYTES, waitMs = WAIT_MS }: JournalOptions) {
    this.#path = `${logs}/compile_journal.jsonl`;
    this.#rotateBytes = rotateBytes;
    this.#waitMs = waitMs;
    try {
      // Now, and never again: a cache that somebody removes must not come back.
      mkdirSync(fsPath(logs), { mode: 0o700 });
    } catch {
      // It is there, or cannot be made.
    }
  }

  /** Adds a call. */
  add(entry: JournalEntry, { session, redact }: EntryOptions): void {
    if (this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push({ entry, session, redact });
    this.#timer ??= setTimeout(() => void this.#flush(), this.#waitMs);
  }

  /** Writes what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flush();
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    // A batch that fails is lost, and nothing else.
    this.#written = this.#written.then(() => this.#write(waiting)).catch(() => {});
    await this.#written;
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    let text = "";
    let sliceEnd = performance.now() + SLICE_MS;
    for (const { entry, session, redact } of waiting) {
      const options = { session, redact, profile: true, names: false };
      text += `${journalLine(entry, options, this.#askedText(entry, options))}\n`;
      if (performance.now() < sliceEnd) continue;
      this.#append(text);
      text = "";
      await nextTurn();
      sliceEnd = performance.now() + SLICE_MS;
    }
    if (text !== "") this.#append(text);
  }

  /** Found once for a call that is repeated, which has the very same arguments (memo.ts). */
  #askedText(entry: JournalEntry, options: LineOptions): string {
    const { args, tool, cwd } = entry.call;
    const known = this.#asked.get(args);
    if (known?.redact === options.redact && known.tool === tool && known.cwd === cwd) return known.text;
    const text = askedText(entry, options);
    this.#asked.set(args, { redact: options.redact, tool, cwd, text });
    return text;
  }

  #append(text: string): void {
    try {
      const size = statSync(fsPath(this.#path), { throwIfNoEntry: false })?.size ?? 0;
      if (size > this.#rotateBytes) renameSync(fsPath(this.#path), fsPath(`${this.#path}.1`));
      appendFileSync(fsPath(this.#path), text, { mode: 0o600 });
    } catch {
      // Read-only, full or gone.
    }
  }
}
