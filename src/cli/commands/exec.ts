// zccache exec -- TOOL ARGS…: any tool through the cache. What it needs is declared or found by its trace; whatever goes
// wrong here, the tool is run as it is.

import { readFileSync, rmSync } from "node:fs";
import type { CallFields } from "../../client/client.ts";
import { type RawText, rawFromString, showRaw } from "../../core/raw-text.ts";
import { places } from "../../ipc/places.ts";
import type { CallReply } from "../../ipc/schemas/calls.ts";
import { isForTheCache } from "../../shim/caller.ts";
import { inheritedDescriptors } from "../../shim/descriptors.ts";
import { type Invocation, readInvocation } from "../../shim/invocation.ts";
import { reachDaemon } from "../../shim/reach-daemon.ts";
import { becomeRealTool } from "../../shim/real-run.ts";
import { writeFully } from "../../shim/streams.ts";
import { variable } from "../../shim/variables.ts";
import type { Settings } from "../../sys/environment.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { dieBySignal } from "../../sys/processes.ts";
import { resolveRealTool } from "../../sys/real-tool.ts";
import { identifySelf } from "../../sys/self-image.ts";
import { umaskOf } from "../../sys/umask.ts";
import { clientOver } from "../ask-library.ts";
import type { Command, CommandInput, CommandResult, Flag } from "../command.ts";
import { standardInputIsEmpty } from "../exec-input.ts";
import { type ExecLine, readExecLine, STREAM_FLAGS, SWITCH_FLAGS, VALUE_FLAGS } from "../exec-line.ts";
import { whileItLives } from "../exec-patience.ts";
import { execEnvironment, execRequest, namesIn } from "../exec-request.ts";

export const exec: Command = {
  name: "exec",
  aliases: [],
  summary: "run any tool through the cache",
  args: [],
  flags: Object.entries({ ...VALUE_FLAGS, ...SWITCH_FLAGS, ...STREAM_FLAGS })
    .map(([flag, summary]) => asFlag(flag.split(" "), summary))
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
  raw: true,
  examples: [
    ["zccache exec -- protoc --cpp_out=. a.proto", "what it reads and writes is found by its trace"],
    ["zccache exec --output-file a.h -- ./gen.py a.in", "only a.h is put back; the tool's other files are no matter"],
  ],
  run: runExec,
};

function asFlag([name = "", value]: readonly string[], summary: string): Flag {
  return value === undefined ? { name, summary } : { name, summary, value: value.slice(1, -1) };
}

const MISUSE = 2;
const NO_TOOL = 127;

async function runExec(input: CommandInput): Promise<CommandResult> {
  // First of all, as long as nothing else is open.
  const inherited = inheritedDescriptors();
  const call = readInvocation();
  const line = readExecLine(argumentsOf(input, call));
  if (typeof line === "string") return misuse(`Cannot run exec: ${line}`);
  const filter = await badFilter(line);
  if (filter !== undefined) return misuse(filter);
  const [name] = line.command;
  const cwd = call.cwd ?? "/proc/self/cwd";
  const { path: tool } = resolveRealTool(name, { path: variable(call.environment, "PATH"), cwd, self: identifySelf() });
  if (tool === undefined) return { exitCode: NO_TOOL, stdout: "", stderr: `zccache: cannot find "${showRaw(name)}"\n` };
  const listed = line.switches.has("input-file-stdin") ? namesIn(readFileSync(0, "latin1")) : [];
  const environment = execEnvironment(call.environment, line.values.get("input-env"));
  const request = execRequest(line, { tool, cwd, environment, listed });
  if (typeof request === "string") return misuse(request);
  const settings = settingsFor(line, input.settings);
  const reply = await throughDaemon(request, call, settings);
  if (reply !== undefined) return said(give(reply));
  const own = { ...call, argv: [tool, ...request.args], environment: ownEnvironment(line, call, environment) };
  const client = { call: own, settings, inherited, depth: settings.depth, stdin: undefined, made: undefined };
  return said(becomeRealTool(client, { path: tool, skip: 1 }));
}

/** Byte for byte; the runtime has them as text. */
function argumentsOf({ args }: CommandInput, { argv }: Invocation): readonly RawText[] {
  return args.some((member) => member.includes("\uFFFD")) ? argv.slice(2) : args.map(rawFromString);
}

async function badFilter({ values }: ExecLine): Promise<string | undefined> {
  const filters = values.get("key-args-filter");
  if (filters === undefined) return undefined;
  const { readFilter } = await import("../../ipc/schemas/exec.ts");
  try {
    filters.map(showRaw).forEach(readFilter);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function settingsFor({ values }: ExecLine, settings: Settings): Settings {
  const [endpoint] = values.get("endpoint") ?? [];
  return endpoint === undefined ? settings : { ...settings, endpoint };
}

/** A tool that is run as it is has all that the caller gave it, unless that was to be less. */
function ownEnvironment({ values }: ExecLine, { environment }: Invocation, named: readonly RawText[]) {
  return values.has("input-env") ? named : environment;
}

// A tool may take days.
const FOR_EVER_MS = 2 ** 31 - 1;

/** What the daemon answers; undefined if the tool has to be run as it is. */
async function throughDaemon(
  request: CallFields<"GenericToolExec">,
  call: Invocation,
  settings: Settings,
): Promise<CallReply<"GenericToolExec"> | undefined> {
  if (settings.disable || call.cwd === undefined || !isForTheCache() || !standardInputIsEmpty()) return undefined;
  try {
    const where = places(settings);
    const reached = await reachDaemon(settings, where, call.environment);
    if (reached === undefined) return undefined;
    using client = await clientOver(reached.connection);
    // New files have the modes that the daemon's tools give them.
    if (umaskOf(reached.connection.peer.pid) !== call.umask) return undefined;
    return await whileItLives(where.endpoint, client.ask("GenericToolExec", request, FOR_EVER_MS));
  } catch {
    return undefined; // no daemon, or none that can help: the tool knows what to do
  }
}

/** Says what the tool said and ends as it did. */
function give(reply: CallReply<"GenericToolExec">): number {
  say(1, reply.stdout, reply.stdout_file);
  say(2, reply.stderr, reply.stderr_file);
  if (reply.signal !== undefined) dieBySignal(reply.signal);
  return reply.exit_code;
}

function say(fd: number, bytes: Uint8Array, file: RawText | undefined): void {
  const content = file === undefined ? bytes : readFileSync(fsPath(file));
  if (file !== undefined) rmSync(fsPath(file), { force: true });
  writeFully(fd, content);
}

function said(exitCode: number): CommandResult {
  return { exitCode, stdout: "", stderr: "" };
}

function misuse(text: string): CommandResult {
  return { exitCode: MISUSE, stdout: "", stderr: `zccache: ${text}\n` };
}
