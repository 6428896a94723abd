// Conditions on the call instead of on one variable: for results that something may show in which the context key has left
// out.

import type { EnvironmentCondition } from "../core/entry.ts";
import { joinBlock, type RawText, rawToBytes } from "../core/raw-text.ts";
import { brief } from "./brief.ts";
import { type Remap, remapPath } from "./remap.ts";

/** What of a call such conditions are about. */
export type CallIdentity = {
  readonly arguments: readonly RawText[];
  readonly cwd: RawText;
  readonly plan: { readonly outputs: readonly { readonly path: RawText }[] };
  readonly remap?: Remap;
};

// No variable can have these names (environ(7)).
const CALL = "=call";
const OUTPUTS = "=outputs";
const DIRECTORY = "=directory";

/** Holds for calls with the same arguments in the same directory only: a file of the run's own can add any option. */
export function callCondition(call: CallIdentity): EnvironmentCondition {
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(rawToBytes(`${call.cwd}\0`));
  hasher.update(joinBlock(call.arguments));
  return { name: CALL, valueHash: hasher.digest("hex").slice(0, 32) };
}

/** Holds for calls that spell the names of their outputs alike: the tool shows them, though no option says so. */
export function outputsCondition({ plan, remap }: CallIdentity): EnvironmentCondition {
  const names = plan.outputs.map(({ path }) => (remap === undefined ? path : remapPath(path, remap)));
  return { name: OUTPUTS, valueHash: brief(names.join("\0")) };
}

/** Holds for calls in this working directory only. */
export function directoryCondition({ cwd }: Pick<CallIdentity, "cwd">): EnvironmentCondition {
  return { name: DIRECTORY, valueHash: brief(cwd) };
}

/** True unless there is such a condition which this call does not meet. */
export function callFits(conditions: readonly EnvironmentCondition[], call: CallIdentity): boolean {
  return conditions.every(({ name, valueHash }) => {
    if (name === CALL) return valueHash === callCondition(call).valueHash;
    if (name === DIRECTORY) return valueHash === directoryCondition(call).valueHash;
    return name !== OUTPUTS || valueHash === outputsCondition(call).valueHash;
  });
}
