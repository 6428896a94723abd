// What is written down of a call once it has its answer and all is done for it: what has changed if it missed, and its
// lines in the journals.

import { absolutePath, type RawText, rawFromString } from "../../core/raw-text.ts";
import type { Environment } from "../../key/environment.ts";
import { BoundedMap } from "../../sys/bounded-map.ts";
import type { Call } from "../call.ts";
import { type Change, changesBetween, changesSince } from "../miss-diff.ts";
import type { CallRecord } from "./call-record.ts";
import type { CompileJournal } from "./compile-journal.ts";
import type { JournalEntry } from "./journal-line.ts";
import { type Redact, redactArguments, redactor, secretsIn } from "./redact.ts";
import type { Session } from "./session.ts";

// Some 2,000 calls. Beside its arguments a call keeps its plan and, where no other call has the same, its environment.
const KEPT_CHARACTERS = 16_000_000;
const OTHER_CHARACTERS = 8000;

type Last = { readonly call: Call; readonly redact: Redact };

/** Calls that ended, as far as later ones are compared with them. */
export class EndedCalls implements AsyncDisposable {
  readonly #journal: CompileJournal;
  /** By primary output: the last call that was given or left a result. */
  readonly #last = new BoundedMap<RawText, Last>(KEPT_CHARACTERS, weightOf);
  readonly #secrets = new WeakMap<Environment, Redact>();

  constructor(journal: CompileJournal) {
    this.#journal = journal;
  }

  /** Writes a call down. To be called after its reply. */
  tell(what: Omit<JournalEntry, "endedAt" | "changes">, session: Session | undefined): void {
    const entry = { ...what, endedAt: Date.now(), changes: this.#changes(what.record) };
    session?.tell(entry);
    const redact = this.#redactFor(what.call.variables, session);
    this.#journal.add(entry, { session: session?.settings.id ?? null, redact });
    this.#keep(what.record, redact);
  }

  /** Writes what the journal has not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal[Symbol.asyncDispose]();
  }

  /** Hides what the session keeps secret, and values of variables whose names tell that they are. */
  #redactFor(variables: Environment, session: Session | undefined): Redact {
    // Found once for every environment that a build sends.
    const secrets = this.#secrets.get(variables) ?? redactor(secretsIn(variables));
    this.#secrets.set(variables, secrets);
    return session === undefined ? secrets : (text) => secrets(session.redact(text));
  }

  /** Undefined for what is no miss, and where there is nothing to compare it with. */
  #changes(record: CallRecord): readonly Change[] | undefined {
    const { call, mismatch, missReason } = record;
    if (record.end === "given" || call === undefined) return undefined;
    if (missReason === "input_fingerprint_mismatch") return mismatch && changesSince(mismatch);
    const last = missReason === "context_not_found" ? this.#last.get(outputOf(record) ?? "") : undefined;
    return last && changesBetween(last.call, call).map((change) => withoutSecretsOf(last, change));
  }

  #keep(record: CallRecord, redact: Redact): void {
    const { call, end } = record;
    const output = outputOf(record);
    if (call === undefined || output === undefined || end === "not stored") return;
    if (this.#last.get(output)?.call.arguments !== call.arguments) this.#last.set(output, { call, redact });
  }
}

function outputOf({ call, output }: CallRecord): RawText | undefined {
  return call === undefined || output === undefined ? undefined : absolutePath(output, call.cwd);
}

/** An argument that is gone belongs to a call with secrets of its own. */
function withoutSecretsOf({ redact }: Last, change: Change): Change {
  if (change.kind !== "argument") return change;
  return { ...change, removed: redactArguments(change.removed, redact).map(rawFromString) };
}

function weightOf({ call }: Last): number {
  return call.arguments.reduce((sum, argument) => sum + argument.length, OTHER_CHARACTERS);
}
