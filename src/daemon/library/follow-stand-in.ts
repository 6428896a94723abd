// Calls of stand-ins are followed from their beginning, and written down when all is done for them. Those that name a
// session (ZCCACHE_SESSION_ID) count there like a library client's; without sessions nobody looks for that.

import type { InvokeRequest } from "../../ipc/messages.ts";
import type { Call } from "../call.ts";
import type { Services } from "../services.ts";
import { CallRecord } from "./call-record.ts";
import { NO_TOOL } from "./journal-line.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

/** A call that is followed. Disposed when all is done for it, what is stored included. */
export type FollowedCall = Disposable & { readonly record: CallRecord };

type FollowParts = Pick<Services, "endedCalls" | "environments">;

/** Follows a call, for its session too if it names one that has not ended. */
export function followStandIn(request: InvokeRequest, sessions: Sessions, parts: FollowParts): FollowedCall {
  const session = sessions.isAny ? sessionOf(request, sessions, parts) : undefined;
  const filed = Promise.withResolvers<{ record: CallRecord; exitCode: number | null }>();
  let isAnnounced = false;
  // Figures that are asked for from the answer on wait for what is still to be stored.
  const announce = () => {
    if (!isAnnounced) session?.countWhen(filed.promise);
    isAnnounced = true;
  };
  const record = new CallRecord(announce);
  return {
    record,
    [Symbol.dispose]: () => {
      const { call } = record;
      if (call === undefined || isAskedAgain(call)) return;
      announce();
      // What is run as it is ends where nobody tells us.
      const exitCode = record.exitCode ?? (record.refusal === undefined ? NO_TOOL : null);
      const { tool = "", arguments: args, cwd, environment: variables } = call;
      parts.endedCalls.tell({ call: { tool, args, cwd, variables }, record, exitCode }, session);
      filed.resolve({ record, exitCode });
    },
  };
}

function sessionOf(request: InvokeRequest, sessions: Sessions, { environments }: FollowParts): Session | undefined {
  return sessions.find(environments.parse(request.env).get("ZCCACHE_SESSION_ID") ?? "");
}

/** The client was told to spool its standard input, and will come back with it. */
function isAskedAgain({ plan, stdinFile }: Call): boolean {
  return plan.kind === "compile" && plan.source === "-" && stdinFile === undefined;
}
