// Calls of stand-ins that name a session (ZCCACHE_SESSION_ID): they count there like a library client's. Without sessions
// a call costs nothing more; with some, one look at its variables.

import type { InvokeRequest } from "../../ipc/messages.ts";
import type { Call } from "../call.ts";
import type { Environments } from "../environments.ts";
import { CallRecord } from "./call-record.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

/** A call that is followed. Disposed when all is done for it, what is stored included. */
export type FollowedCall = Disposable & { readonly record: CallRecord };

/** Follows a call if it names a session that has not ended. */
export function followStandIn(
  request: InvokeRequest,
  sessions: Sessions,
  environments: Environments,
): FollowedCall | undefined {
  if (!sessions.isAny) return undefined;
  const session = sessions.find(environments.parse(request.env).get("ZCCACHE_SESSION_ID") ?? "");
  return session === undefined ? undefined : followedBy(session);
}

function followedBy(session: Session): FollowedCall {
  const filed = Promise.withResolvers<{ record: CallRecord; exitCode: number | null }>();
  let isAnnounced = false;
  // Figures that are asked for from the answer on wait for what is still to be stored.
  const announce = () => {
    if (!isAnnounced) session.countWhen(filed.promise);
    isAnnounced = true;
  };
  const record = new CallRecord(announce);
  return {
    record,
    [Symbol.dispose]: () => {
      const { call } = record;
      if (call === undefined || isAskedAgain(call)) return;
      announce();
      const exitCode = record.exitCode ?? null;
      const { tool = "", arguments: args, cwd, environment: variables } = call;
      session.tell({ call: { tool, args, cwd, variables }, record, exitCode });
      filed.resolve({ record, exitCode });
    },
  };
}

/** The client was told to spool its standard input, and will come back with it. */
function isAskedAgain({ plan, stdinFile }: Call): boolean {
  return plan.kind === "compile" && plan.source === "-" && stdinFile === undefined;
}
