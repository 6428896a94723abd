// Which hits are verified: under ZCCACHE_VERIFY=1/N of the caller's environment one of each N is not given but run
// again, and its outputs are compared with the stored ones (verify-hit.ts).

import * as z from "zod/mini";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Environment } from "../key/environment.ts";
import { BoundedMap } from "../sys/bounded-map.ts";

/** The variable; it is read per call, and part of no key (key/environment.ts). */
export const VERIFY_VARIABLE = "ZCCACHE_VERIFY";

/** What a `Verification` needs of its surroundings. */
export type VerificationOptions = {
  /** Told once of each value that can't be used. */
  readonly warn: (text: string) => void;
  /** From 0 up to 1; `Math.random` unless given. */
  readonly random?: () => number;
};

/** Chooses hits. Exactly one of each N, at a drawn place, so that equal builds do not always verify the same files. */
export class Verification {
  readonly #options: VerificationOptions;
  /** By the variable's value. */
  readonly #rounds = new BoundedMap<RawText, Round | "none">(KEPT_VALUES);

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /** True if the next hit under these variables is to be verified. 10 ns without the variable. */
  isDue(environment: Environment): boolean {
    const round = this.#roundOf(environment);
    return round !== undefined && round.at === round.chosen;
  }

  /** A hit under these variables was given, or is being verified: the next one's turn. */
  next(environment: Environment): void {
    const round = this.#roundOf(environment);
    if (round === undefined) return;
    round.at += 1;
    if (round.at < round.size) return;
    round.at = 0;
    round.chosen = this.#draw(round.size);
  }

  #roundOf(environment: Environment): Round | undefined {
    const value = environment.get(VERIFY_VARIABLE);
    if (value === undefined) return undefined;
    const round = this.#rounds.get(value) ?? this.#newRound(value);
    return round === "none" ? undefined : round;
  }

  #newRound(value: RawText): Round | "none" {
    const size = Size.safeParse(value);
    if (!size.success) this.#options.warn(unusable(value));
    const round = size.success && size.data > 0 ? { size: size.data, at: 0, chosen: this.#draw(size.data) } : "none";
    this.#rounds.set(value, round);
    return round;
  }

  #draw(size: number): number {
    return Math.floor((this.#options.random ?? Math.random)() * size);
  }
}

/** A row of `size` hits, of which the one at `chosen` is verified; `at` is the next. */
type Round = { readonly size: number; at: number; chosen: number };

function unusable(value: RawText): string {
  const shown = JSON.stringify(showRaw(value).slice(0, 100));
  return `Cannot use ${VERIFY_VARIABLE}=${shown}, no hit is verified: expected 1/N, or 1 for every hit; N is at most 999999`;
}

// Builds have one value; whoever sends hundreds gets rounds that begin anew.
const KEPT_VALUES = 64;

/** "1/20" → 20, "1" → 1; 0 for what means that none is wanted. */
const Size = z.pipe(
  z.string().check(z.regex(/^(?:|0|1(?:\/[1-9]\d{0,5})?)$/)),
  z.transform((text) => (text.startsWith("1/") ? Number(text.slice(2)) : Number(text))),
);
