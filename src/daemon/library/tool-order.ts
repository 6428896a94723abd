// What a library client wants run, in the form in which the pipeline takes it.

import { readFileSync } from "node:fs";
import { joinBlock, type RawText, rawToBytes, showRaw, splitBlock } from "../../core/raw-text.ts";
import { type Variable, variableName } from "../../core/variable.ts";
import type { InvokeRequest } from "../../ipc/messages.ts";
import { type Environment, parseEnvironment } from "../../key/environment.ts";
import { JOB_SERVER_VARIABLES } from "../../key/job-server.ts";
import { OWN_NAME } from "../../sys/real-tool.ts";
import { umaskOf } from "../../sys/umask.ts";
import { refused } from "./refused.ts";

/** One run that is asked for. */
export type ToolOrder = {
  /** Absolute. */
  readonly tool: RawText;
  readonly args: readonly RawText[];
  /** Absolute. */
  readonly cwd: RawText;
  /** As `NAME=value`. */
  readonly environment: readonly RawText[];
  readonly variables: Environment;
  readonly stdin: Uint8Array;
  /** The client as it names itself, for the lineage. */
  readonly clientPid: number;
  readonly sessionId?: string;
  readonly isLink: boolean;
};

/** Fields that all requests of this kind have. */
export type OrderFields = {
  readonly args: readonly RawText[];
  readonly cwd: RawText;
  readonly env: readonly Variable[] | undefined;
};

/** An order but for its environment, which `variables` are laid over. @throws {ZccacheError} `BAD_REQUEST`. */
export function toolOrder(
  tool: RawText,
  { args, cwd, env }: OrderFields,
  { laidOver = [], ...rest }: Pick<ToolOrder, "stdin" | "clientPid" | "sessionId" | "isLink"> & OrderSettings,
): ToolOrder {
  mustBeAbsolute("tool", tool);
  mustBeAbsolute("directory", cwd);
  if ([tool, cwd, ...args].some(holdsNul)) throw refused(`run "${showRaw(tool)}"`, "an argument holds a NUL");
  const given = env?.map(variableText) ?? ownEnvironment();
  // The job server's descriptors only the client has.
  const replaced = new Set([...JOB_SERVER_VARIABLES, ...laidOver.map(([name]) => name)]);
  const environment = [
    ...given.filter((variable) => !replaced.has(variableName(variable) ?? "")),
    ...laidOver.map(variableText),
  ];
  return { tool, args, cwd, environment, variables: parseEnvironment(joinBlock(environment)), ...rest };
}

type OrderSettings = { readonly laidOver?: readonly Variable[] };

/** The question that a wrapper in front of the tool would ask. */
export function invokeRequest({ tool, args, cwd, environment }: ToolOrder): InvokeRequest {
  return {
    type: "Invoke",
    argv: joinBlock([OWN_NAME, tool, ...args]),
    cwd: rawToBytes(cwd),
    env: joinBlock(environment),
    // The client's is not known.
    umask: umaskOf("self"),
    stderr_tty: false,
    columns: 0,
    stderr_columns: 0,
    same_streams: false,
    can_exec: true,
  };
}

// What only the daemon's runtime was set up with by whoever started it.
const RUNTIME_TUNING = /^(?:BUN_JSC_|BUN_GC_TIMER_|MIMALLOC_PURGE_)/;

/** What the daemon was started with. */
function ownEnvironment(): RawText[] {
  return splitBlock(readFileSync("/proc/self/environ")).filter((variable) => !RUNTIME_TUNING.test(variable));
}

/** A variable as environments hold it. @throws {ZccacheError} `BAD_REQUEST` if no environment can. */
export function variableText([name, value]: Variable): RawText {
  if (name === "" || name.includes("=") || holdsNul(name) || holdsNul(value)) {
    throw refused(`set a variable "${showRaw(name)}"`, "no program can have one");
  }
  return `${name}=${value}`;
}

function mustBeAbsolute(what: string, path: RawText): void {
  if (!path.startsWith("/")) throw refused("run a tool", `the ${what} "${showRaw(path)}" is not absolute`);
}

function holdsNul(text: RawText): boolean {
  return text.includes("\0");
}
