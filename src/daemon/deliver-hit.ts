// A hit becomes files where the current command line wants them.

import type { Entry } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { Refusal } from "../core/plan.ts";
import { absolutePath } from "../core/raw-text.ts";
import { deliver } from "../deliver/deliver.ts";
import { copyIn } from "../workers/offload.ts";
import type { CompileCall } from "./call.ts";
import type { Services } from "./services.ts";

/**
 * Writes all outputs of an entry.
 * @returns `corrupt` if the stored bytes are not what they were; a refusal if a destination is none that may be replaced.
 */
export async function deliverHit(
  entry: Entry,
  { plan, cwd, umask }: CompileCall,
  { store, pool, log }: Services,
): Promise<"delivered" | "corrupt" | Refusal> {
  const destinations = {
    planned: plan.outputs.map((output) => ({ ...output, path: absolutePath(output.path, cwd) })),
    renamed: plan.renamed,
    link: plan.link,
    beside: plan.beside === undefined ? undefined : absolutePath(plan.beside, cwd),
    cwd,
  };
  try {
    const delivery = await deliver(entry, destinations, {
      umask,
      objectPath: (digest) => store.objectPath(digest),
      copyLarge: copyIn(pool),
    });
    return delivery.kind === "refused" ? delivery : "delivered";
  } catch (error) {
    if (!(error instanceof ZccacheError) || error.code !== "STORE_CORRUPT") throw error;
    log.warn("artifact", describeError(error));
    return "corrupt";
  }
}
