// A hit becomes files where the current command line wants them.

import type { Entry } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import { type OutputRole, type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import { deliver } from "../deliver/deliver.ts";
import type { CompileCall } from "./call.ts";
import type { Services } from "./services.ts";

/**
 * Writes all outputs of an entry, or none.
 * @returns `corrupt` if the stored bytes are not what they were; a refusal if a destination is none that may be replaced.
 */
export async function deliverHit(
  entry: Entry,
  call: CompileCall,
  services: Services,
): Promise<"delivered" | "corrupt" | Refusal> {
  const destinations = new Map<OutputRole, RawText>(
    call.plan.outputs.map(({ role, path }) => [role, absolutePath(path, call.cwd)]),
  );
  try {
    return await deliver(entry, { destinations, umask: call.umask }, services);
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "STORE_CORRUPT") {
      services.log.warn("artifact", describeError(error));
      return "corrupt";
    }
    services.log.error("artifact", describeError(error));
    return refuse("output-kind", describeError(error));
  }
}
