// Joins what serves the calls of library clients and verbs, once, at the daemon's start.

import type { Activity } from "../activity.ts";
import type { Services } from "../services.ts";
import { artifactHandlers } from "./artifacts.ts";
import { compileHandlers } from "./compiles.ts";
import { execHandlers } from "./exec.ts";
import { fingerprintHandlers } from "./fingerprints.ts";
import type { Handlers } from "./handlers.ts";
import { inspectHandlers } from "./inspect.ts";
import { releaseHandlers } from "./release.ts";
import { type DaemonPlaces, sessionHandlers } from "./session-calls.ts";
import type { Sessions } from "./sessions.ts";
import type { ToolRuns } from "./tool-runs.ts";

/** What of the daemon calls are served with. */
export type LibraryParts = {
  readonly services: Services;
  readonly activity: Activity;
  readonly sessions: Sessions;
  readonly toolRuns: ToolRuns;
  readonly where: DaemonPlaces;
};

/** A handler for every call. A group of calls is one file beside this one and one line here. */
export function openLibrary({ services, activity, sessions, toolRuns, where }: LibraryParts): Handlers {
  const orders = { services, activity, toolRuns };
  return {
    ...artifactHandlers(services),
    ...compileHandlers(orders, sessions),
    ...execHandlers(services, toolRuns),
    ...fingerprintHandlers(services),
    ...inspectHandlers(services),
    ...releaseHandlers(sessions, where),
    ...sessionHandlers(sessions, where, services.counters.phases),
  };
}
