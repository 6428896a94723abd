// A compile as the build sees it: ask the daemon, pass on what it says, and in any doubt become the real tool. Nothing
// that goes wrong here may be seen by the build.

import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromBytes, rawToBytes, showRaw } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import type { BypassResponse, DeliveredResponse, InvokeRequest } from "../ipc/messages.ts";
import { places } from "../ipc/places.ts";
import { readSettings } from "../sys/environment.ts";
import { terminalColumns } from "../sys/libc.ts";
import { type Answer, ask } from "./ask.ts";
import { isForTheCache } from "./caller.ts";
import type { Client } from "./client.ts";
import { inheritedDescriptors } from "./descriptors.ts";
import { readInvocation } from "./invocation.ts";
import { patienceOf } from "./patience.ts";
import { type Reached, reachDaemon } from "./reach-daemon.ts";
import { becomeRealTool, fail } from "./real-run.ts";
import { writeFully } from "./streams.ts";
import { suspect } from "./suspect.ts";
import { takeBack } from "./take-back.ts";

// Two wrappers that call each other end here: the first call is cached, nested ones are run as they are.
const MAX_DEPTH = 4;

/** Does what the tool would have done that this process was called in place of. @returns its exit code. */
export async function runTool(): Promise<number> {
  const inherited = inheritedDescriptors();
  const settings = readSettings();
  const client: Client = {
    call: readInvocation(),
    settings,
    inherited,
    depth: settings.depth + 1,
    stdin: undefined,
    made: undefined,
  };
  if (client.depth > MAX_DEPTH) {
    return fail(
      127,
      `gave up after calling itself ${MAX_DEPTH} times: is another wrapper on PATH that finds this one?`,
    );
  }
  if (settings.disable || client.depth > 1 || !isForTheCache()) return becomeRealTool(client);
  try {
    const exitCode = await runThroughDaemon(client);
    if (exitCode !== undefined) return exitCode;
  } catch {
    // No daemon, no answer in time, an answer that makes no sense: the tool knows what to do.
  }
  return runInstead(client);
}

/** The tool is to find what it would have found without a daemon. */
function runInstead(client: Client): number {
  const { made } = client;
  try {
    if (made !== undefined) takeBack(made);
  } catch {
    return fail(1, `cannot remove the unfinished "${showRaw(made?.place ?? "")}"`);
  }
  return becomeRealTool(client);
}

/** Undefined if there is no daemon to ask. Rejects only before anything has been run or written. */
async function runThroughDaemon(client: Client): Promise<number | undefined> {
  const { call, settings } = client;
  if (call.cwd === undefined) return undefined;
  const where = places(settings);
  const reached = await reachDaemon(settings, where, call.environment);
  if (reached === undefined) return undefined;
  using daemon = reached.connection;
  const answer = await answerTo(client, call.cwd, reached).catch((error: unknown) => {
    if (error instanceof ZccacheError && error.code === "TIMEOUT") suspect(where);
    throw error;
  });
  return answer === undefined ? undefined : await follow(answer, client, daemon);
}

/** What is to be done, standard input having been handed over where that is asked for; undefined where that can't be. */
async function answerTo(
  client: Client,
  cwd: RawText,
  { connection, firstSignMs }: Reached,
): Promise<Answer | undefined> {
  const request = invocationRequest(client, cwd);
  const patience = patienceOf(client.settings);
  const answer = await ask(connection, { request, patience: { ...patience, firstSignMs } }, client);
  if (answer.type !== "NeedStdin") return answer;
  const { canBeSpooled, spoolStandardInput } = await import("./spool-stdin.ts");
  if (!canBeSpooled()) return undefined;
  spoolStandardInput(client, rawFromBytes(answer.path));
  const again = { ...request, stdin_file: answer.path };
  return await ask(connection, { request: again, patience }, client);
}

function invocationRequest({ call }: Client, cwd: RawText): InvokeRequest {
  return {
    type: "Invoke",
    argv: call.argvBlock,
    cwd: rawToBytes(cwd),
    env: call.environmentBlock,
    umask: call.umask,
    stderr_tty: call.stderrIsTerminal,
    columns: call.stderrIsTerminal ? terminalColumns(0) : 0,
    stderr_columns: call.stderrIsTerminal ? terminalColumns(2) : 0,
    same_streams: call.sameStreams,
    can_exec: true,
  };
}

async function follow(answer: Answer, client: Client, daemon: ClientConnection): Promise<number | undefined> {
  switch (answer.type) {
    case "Delivered":
      return deliver(answer);
    case "Exec": {
      const { runForDaemon } = await import("./run-for-daemon.ts");
      return await runForDaemon(answer, client, daemon);
    }
    case "Bypass":
      return bypass(answer, client);
    case "NeedStdin":
      return undefined; // it has been given already
    default:
      return answer satisfies never;
  }
}

/** The outputs are in place; what is left is what the tool said. */
function deliver({ exit_code, stdout, stderr }: DeliveredResponse): number {
  writeFully(1, stdout);
  writeFully(2, stderr);
  return exit_code;
}

function bypass({ path, skip, stdin_file }: BypassResponse, client: Client): number {
  if (stdin_file !== undefined) client.stdin = rawFromBytes(stdin_file);
  return path === undefined ? becomeRealTool(client) : becomeRealTool(client, { path: rawFromBytes(path), skip });
}
