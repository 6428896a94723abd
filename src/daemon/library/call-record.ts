// What became of one call, as sessions count it and journals tell it.

import type { Entry } from "../../core/entry.ts";
import type { ToolOutcome } from "../../core/executor.ts";
import { absolutePath, type RawText } from "../../core/raw-text.ts";
import type { RefusalReason } from "../../core/refusal-reasons.ts";
import type { NewOutput } from "../../store/new-result.ts";
import type { Call } from "../call.ts";
import type { CallObserver, MissReason } from "../call-observer.ts";
import { CallPhases } from "../call-phases.ts";
import type { Mismatch } from "../miss-diff.ts";

/** Follows one call from its beginning, which is when this is made. */
export class CallRecord implements CallObserver {
  readonly phases = new CallPhases();
  #call: Call | undefined;
  #reason: MissReason = "unknown";
  #mismatch: Mismatch | undefined;
  #refusal: RefusalReason | undefined;
  #answeredAfterMs: number | undefined;
  #end: "given" | "stored" | "not stored" = "not stored";
  #bytes = 0;
  #savedMs = 0;
  #exitCode: number | undefined;
  readonly #onAnswer: (() => void) | undefined;

  /** @param onAnswer Called when the client has, or is about to have, what it waits for; not for calls run as they are. */
  constructor(onAnswer?: () => void) {
    this.#onAnswer = onAnswer;
  }

  planned(call: Call): void {
    this.#call = call;
  }

  missed(reason: MissReason, mismatch?: Mismatch): void {
    this.#reason = reason;
    this.#mismatch = mismatch;
  }

  given(entry: Entry): void {
    this.#answered();
    this.#end = "given";
    this.#bytes = entry.outputs.reduce((sum, { size }) => sum + size, 0);
    this.#savedMs = Math.max(0, entry.millis - this.phases.elapsed());
    this.#exitCode = entry.exitCode;
  }

  ran({ exitCode, signal }: ToolOutcome): void {
    this.#exitCode = signal === undefined ? exitCode : 1;
    this.#answered();
  }

  stored(outputs: readonly NewOutput[]): void {
    this.#end = "stored";
    this.#bytes = outputs.reduce((sum, { staged }) => sum + staged.size, 0);
  }

  refused(reason: RefusalReason): void {
    this.#refusal = reason;
    this.#answeredAfterMs ??= this.phases.elapsed();
  }

  #answered(): void {
    this.#answeredAfterMs = this.phases.elapsed();
    this.#onAnswer?.();
  }

  /** Milliseconds until the client had its result, or its tool had run; so far, if that is not known. */
  get latencyMs(): number {
    return this.#answeredAfterMs ?? this.phases.elapsed();
  }

  /** What was asked; undefined until that is known. */
  get call(): Call | undefined {
    return this.#call;
  }

  /** The tool's; undefined if it was run as it is, or not at all. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** How it ended: `not stored` also for calls that were run as they are. */
  get end(): "given" | "stored" | "not stored" {
    return this.#end;
  }

  /** Of what was given or stored. */
  get bytes(): number {
    return this.#bytes;
  }

  get savedMs(): number {
    return this.#savedMs;
  }

  get isLink(): boolean {
    return this.#call?.plan.link === true;
  }

  /** Why it was no hit. */
  get missReason(): MissReason {
    return this.#call?.plan.kind === "compile" ? this.#reason : "uncacheable_input";
  }

  /** The result that did not hold, where there was one. */
  get mismatch(): Mismatch | undefined {
    return this.#mismatch;
  }

  /** Why it left nothing in the cache; undefined for hits and what is stored. */
  get refusal(): RefusalReason | undefined {
    return this.#refusal;
  }

  /** Absolute path of the first input; undefined for calls that were run as they are. */
  get source(): RawText | undefined {
    const { plan, cwd = "/" } = this.#call ?? {};
    return plan?.kind === "compile" ? absolutePath(plan.source, cwd) : undefined;
  }

  /** The primary output as it is spelled. */
  get output(): RawText | undefined {
    const plan = this.#call?.plan;
    return plan?.kind === "compile" ? plan.outputs[0]?.path : undefined;
  }

  /** What users should know of the result although it is cached. */
  get warning(): string | undefined {
    const plan = this.#call?.plan;
    return plan?.kind === "compile" ? plan.warning : undefined;
  }
}
