// What serves a call of library clients and verbs.

import type { CallName, CallReply, CallRequest } from "../../ipc/schemas/calls.ts";
import type { ServerConnection } from "../../ipc/server-connection.ts";

/** Who asks. */
export type CallContext = { readonly connection: ServerConnection };

/** Serves one kind of call. @throws {ZccacheError} What the client is told as the message of an `Error`. */
export type Handler<Name extends CallName> = (
  request: CallRequest<Name>,
  context: CallContext,
) => Promise<CallReply<Name>> | CallReply<Name>;

/** Handlers by name. */
export type Handlers<Name extends CallName = CallName> = { readonly [Key in Name]: Handler<Key> };
