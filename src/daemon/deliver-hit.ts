// A hit becomes files where the current command line wants them.

import type { Entry } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { CompilePlan, Refusal } from "../core/plan.ts";
import { absolutePath } from "../core/raw-text.ts";
import { type DeliveryOptions, type Destinations, deliver } from "../deliver/deliver.ts";
import { putKnown } from "../key/watched-states.ts";
import type { PathWatch } from "../watch/path-watch.ts";
import { copyIn } from "../workers/offload.ts";
import type { CompileCall } from "./call.ts";
import { linkedNames } from "./hard-links.ts";
import { isReadAgain } from "./read-again.ts";
import type { Visit } from "./visit.ts";

/**
 * Writes all outputs of an entry. Copying them can take longer than a client waits for a daemon that says nothing, on a
 * machine that stalls: nothing is put into place then that the tool may be working on by now.
 * @throws {ZccacheError} `CONNECTION_CLOSED` if the client has left.
 * @returns `corrupt` if the stored bytes are not what they were; a refusal if a destination is none that may be replaced.
 */
export async function deliverHit(
  entry: Entry,
  call: CompileCall,
  { caller, services: { store, pool, log, watch, hardLinks } }: Pick<Visit, "caller" | "services">,
): Promise<"delivered" | "corrupt" | Refusal> {
  const { plan, cwd, umask } = call;
  const linked = linkedNames(call);
  const contents = linked === undefined ? undefined : hardLinks.contents;
  const destinations = {
    planned: plan.outputs.map((output) => ({ ...output, path: absolutePath(output.path, cwd) })),
    renamed: plan.renamed,
    writtenEitherWay: plan.writtenEitherWay,
    unlinks: plan.unlinks,
    linked,
    link: plan.link,
    changes: changesOf(plan),
    beside: plan.beside === undefined ? undefined : absolutePath(plan.beside, cwd),
    cwd,
  };
  try {
    const delivery = await deliver(entry, destinations, {
      umask,
      objectPath: (digest) => store.objectPath(digest),
      copyLarge: copyIn(pool),
      contents,
      mustGoOn: () => caller.mustBeThere(),
      announce: (making) => caller.announce(making),
      putting: watch === undefined ? undefined : knowing(watch, plan),
    });
    return delivery.kind === "refused" ? delivery : "delivered";
  } catch (error) {
    if (!(error instanceof ZccacheError) || error.code !== "STORE_CORRUPT") throw error;
    log.warn("artifact", describeError(error));
    return "corrupt";
  }
}

function knowing(watch: PathWatch, plan: CompilePlan): DeliveryOptions["putting"] {
  return ({ digest, ...making }, put) => {
    if (isReadAgain(making.place, plan, watch)) putKnown(watch, { ...making, state: `F${digest}` }, put);
    else put();
  };
}

function changesOf({ previous, repeatable }: CompilePlan): Destinations["changes"] {
  if (previous === undefined) return undefined;
  return repeatable === true ? "repeatably" : "once";
}
