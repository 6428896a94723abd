// The primary key of a GenericToolExec: all that is declared, contents included. It is a context as that of a compile, so
// its rows say under which states of undeclared inputs each of its results holds.

import { release } from "node:os";
import type { Digest } from "../../core/entry.ts";
import type { CompilePlan } from "../../core/plan.ts";
import { absolutePath, type RawText, showRaw } from "../../core/raw-text.ts";
import { contextKey } from "../../key/context-key.ts";
import type { FileStates } from "../../key/file-states.ts";
import { isUnjudged } from "../../key/plain-state.ts";
import { type Snapshot, takeSnapshot } from "../../key/snapshot.ts";
import type { ExecCall } from "./exec-call.ts";
import type { IncludeScanner, NamedState } from "./exec-includes.ts";
import { refused } from "./refused.ts";

/** A call with its key, and the states of files that were looked at for it. */
export type KeyedExec = {
  readonly call: ExecCall;
  readonly plan: CompilePlan;
  readonly context: Digest;
  readonly snapshot: Snapshot;
  /** State of the tool's file, content included. */
  readonly toolState: string;
  /** Files whose content is in the key, absolute. */
  readonly inKey: readonly RawText[];
};

/**
 * Looks at the tool, the declared inputs and the headers of scanned files.
 * @throws {ZccacheError} `BAD_REQUEST` naming the first of them that can't be read.
 */
export async function keyExec(call: ExecCall, files: FileStates, scanner: IncludeScanner): Promise<KeyedExec> {
  const { tool, cwd } = call;
  const snapshot = takeSnapshot(files);
  const contents = (paths: readonly RawText[]) =>
    snapshot.states(paths.map((path) => ({ path, aspect: "content" as const })));
  const declared = call.inputs.map((path) => absolutePath(path, cwd));
  const [toolState = "E", ...states] = await contents([tool, ...declared]);
  const inputs = call.inputs.map((path, index) => ({ path, state: states[index] ?? "E" }));
  const headers = await scanner.scan(call.scanned, call, {
    contents,
    isFile: (path) => files.state(path, "presence") === "P",
  });
  for (const { path, state } of [{ path: tool, state: toolState }, ...inputs, ...headers]) mustBeRead(path, state);
  const plan = planOf(call);
  const context = contextKey(plan, {
    toolPath: tool,
    toolState: call.toolHash === undefined ? toolState : `H${call.toolHash}`,
    environment: call.environment,
    cwd,
    terminal: undefined,
    stdinDigest: undefined,
    before: declarations(call, inputs, headers),
  });
  const inKey = [...declared, ...headers.map(({ path }) => absolutePath(path, cwd))];
  return { call, plan, context, snapshot, toolState, inKey: call.toolHash === undefined ? [tool, ...inKey] : inKey };
}

/** What stages that are shared with compiles need to know; outputs have names of their own (exec-outputs.ts). */
function planOf({ keyArgs, cwdInKey }: ExecCall): CompilePlan {
  return { kind: "compile", source: "", keyArguments: keyArgs, outputs: [], sideOutputs: false, cwdInKey };
}

/** Everything else that is declared. Each member says what it is, and none is one of a compile. */
export function declarations(
  call: ExecCall,
  inputs: readonly NamedState[],
  headers: readonly NamedState[],
): readonly string[] {
  const { streams, outputs, depfile, extra } = call;
  return [
    "exec 1",
    // What uname(2) says is seen by no trace; scripts find the kernel's headers by it.
    `kernel ${release()}`,
    `streams ${streams.stdout} ${streams.stderr}`,
    call.findsOutputs ? "outputs are found" : `outputs ${outputs.length}`,
    ...outputs.map((path) => `output ${path}`),
    `depfile ${depfile ?? ""}`,
    ...call.variables.map(([name, value]) => `variable ${name}=${value}`),
    ...inputs.map(({ path, state }) => `input ${state} ${path}`),
    ...sortedByPath(headers).map(({ path, state }) => `header ${state} ${path}`),
    `extra ${new Bun.CryptoHasher("sha256").update(extra).digest("hex")}`,
  ];
}

function sortedByPath(files: readonly NamedState[]): NamedState[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function mustBeRead(path: RawText, state: string): void {
  if (state.startsWith("F")) return;
  const why = state === "A" ? "it is not there" : isUnjudged(state) ? state : "it is no regular file";
  throw refused(`read "${showRaw(path)}"`, why);
}
