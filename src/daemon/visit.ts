// One invocation on its way through the daemon: what each stage of it is given.

import type { InvokeRequest } from "../ipc/messages.ts";
import type { Call } from "./call.ts";
import type { CallObserver } from "./call-observer.ts";
import type { Services } from "./services.ts";
import type { ToolCaller } from "./tool-caller.ts";

/** What is asked, who asks, what there is to answer with, and who follows it. */
export type Visit = {
  readonly request: InvokeRequest;
  readonly caller: ToolCaller;
  readonly services: Services;
  readonly observer: CallObserver;
  /** What the call comes to where not every call may be asked for. */
  readonly narrow?: (call: Call) => Call;
};
