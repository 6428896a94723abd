// The directories that outputs were put into, as they were while the caller still waited for us. A build script that tries
// the compiler out removes them the next moment, and what the tool saw of them on its way could not be told any more.

import type { Observation } from "../core/observation.ts";
import { absolutePath } from "../core/raw-text.ts";
import { directoryOf } from "../deliver/destination.ts";
import { placeName } from "../key/dependencies.ts";
import type { FileStates } from "../key/file-states.ts";
import type { CompileCall } from "./call.ts";

/** States by `placeName`, of those that the run looked at; none for tools that do not ask where they write. */
export function outputPlaces(
  { looks, written }: Observation,
  { plan, cwd }: Pick<CompileCall, "plan" | "cwd">,
  files: Pick<FileStates, "state">,
): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  if (plan.unlinks !== true) return places;
  const directories = new Set(written.map(directoryOf));
  for (const { path, aspect, found } of looks) {
    const absolute = absolutePath(path, cwd);
    if (!found || (aspect !== "link" && aspect !== "presence") || !directories.has(absolute)) continue;
    places.set(placeName({ path: absolute, aspect }), files.state(absolute, aspect));
  }
  return places;
}
