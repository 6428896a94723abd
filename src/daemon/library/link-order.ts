// What a client that orders a link may order: a linker or an archiver whose output the command line names. All else is
// run as it is, and counts as a link that cannot be cached.

import { asLink } from "../../compilers/link-tool.ts";
import { refuse } from "../../core/plan.ts";
import type { Call } from "../call.ts";

/** The call, or the same with a refusal as plan. */
export function asLinkOrder(call: Call): Call {
  const { plan } = call;
  if (plan.kind === "refused") return { ...call, plan: asLink(plan) };
  if (plan.link !== true) return { ...call, plan: asLink(refuse("link", "neither a linker nor an archiver")) };
  const isNamed = plan.outputs.every(({ implied }) => implied !== true);
  return isNamed ? call : { ...call, plan: asLink(refuse("no-output", "no -o")) };
}
