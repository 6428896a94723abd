// Compile, CompileEphemeral and LinkEphemeral: the daemon runs the tool, for clients that can't in their own tree.

import type { CallReply } from "../../ipc/schemas/calls.ts";
import type { ToolResult } from "./daemon-caller.ts";
import type { Handlers } from "./handlers.ts";
import { type OrderParts, serveOrder } from "./serve-order.ts";
import type { Sessions } from "./sessions.ts";
import { toolOrder } from "./tool-order.ts";

const NO_STDIN = new Uint8Array();

/** The handlers. */
export function compileHandlers(
  parts: OrderParts,
  sessions: Sessions,
): Handlers<"Compile" | "CompileEphemeral" | "LinkEphemeral"> {
  return {
    Compile: async (request, { connection, replied }) => {
      const { session_id: sessionId, stdin, compiler } = request;
      const session = sessions.forCompile(sessionId);
      const clientPid = session?.settings.clientPid ?? connection.peer.pid;
      const laidOver = session?.settings.environment ?? [];
      const order = toolOrder(compiler, request, { stdin, clientPid, sessionId, laidOver, isLink: false });
      const { result } = await serveOrder(order, { connection, replied, session }, parts);
      return { type: "CompileResult", ...fieldsOf(result) };
    },
    CompileEphemeral: async (request, context) => {
      const { client_pid: clientPid, stdin, compiler } = request;
      const order = toolOrder(compiler, request, { stdin, clientPid, isLink: false });
      const { result } = await serveOrder(order, { ...context, session: undefined }, parts);
      return { type: "CompileResult", ...fieldsOf(result) };
    },
    LinkEphemeral: async (request, context) => {
      const { client_pid: clientPid, tool } = request;
      const order = toolOrder(tool, request, { stdin: NO_STDIN, clientPid, isLink: true });
      const { result, record } = await serveOrder(order, { ...context, session: undefined }, parts);
      return { type: "LinkResult", ...fieldsOf(result), warning: record.warning };
    },
  };
}

function fieldsOf(result: ToolResult): Omit<CallReply<"Compile">, "type"> {
  const { exitCode, signal, stdout, stderr, stdoutFile, stderrFile, cached } = result;
  return { exit_code: exitCode, signal, stdout, stderr, stdout_file: stdoutFile, stderr_file: stderrFile, cached };
}
