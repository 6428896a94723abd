// A condition on the whole call instead of on one variable: for results that something may have shown in which the
// context key has left out, because a file of the run's own can add any option.

import type { EnvironmentCondition } from "../core/entry.ts";
import { joinBlock, type RawText, rawToBytes } from "../core/raw-text.ts";

/** What of a call such a condition is about. */
export type CallIdentity = { readonly arguments: readonly RawText[]; readonly cwd: RawText };

// No variable can have this name (environ(7)).
const NAME = "=call";

/** Holds for calls with the same arguments in the same directory only. */
export function callCondition(call: CallIdentity): EnvironmentCondition {
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(rawToBytes(`${call.cwd}\0`));
  hasher.update(joinBlock(call.arguments));
  return { name: NAME, valueHash: hasher.digest("hex").slice(0, 32) };
}

/** True unless there is a condition on the call which this one does not meet. */
export function callFits(conditions: readonly EnvironmentCondition[], call: CallIdentity): boolean {
  const condition = conditions.find(({ name }) => name === NAME);
  return condition === undefined || condition.valueHash === callCondition(call).valueHash;
}
