// A call with the key of what its caller said, and with the states of the files that belong to that.

import type { Digest } from "../core/entry.ts";
import { absolutePath } from "../core/raw-text.ts";
import { contextKey } from "../key/context-key.ts";
import { remapArguments } from "../key/remap.ts";
import { type Snapshot, takeSnapshot } from "../key/snapshot.ts";
import { argumentZero } from "../sys/called-as.ts";
import type { CompileCall } from "./call.ts";
import { fileAttributes } from "./file-attributes.ts";
import type { Expected } from "./verify-hit.ts";
import type { Visit } from "./visit.ts";

/** A call with its key and the states of files that were looked at for it. */
export type KeyedCall = {
  readonly call: CompileCall;
  readonly context: Digest;
  readonly snapshot: Snapshot;
  /** Set if there is a result, which is verified instead of given. */
  readonly expected?: Expected;
};

/** The key of a call, with what is to be in it of its source, its terminal and what the tool will change. */
export async function keyOf(call: CompileCall, { services, observer: { phases } }: Visit): Promise<KeyedCall> {
  const snapshot = takeSnapshot(services.files);
  const fromStdin = call.plan.source === "-" && call.stdinFile !== undefined;
  const source = fromStdin ? call.stdinFile : absolutePath(call.plan.source, call.cwd);
  const [sourceState] = await snapshot.states([{ path: source, aspect: "content" }]);
  phases.ended("hash_source");
  const { plan, remap } = call;
  const keyArguments = remap === undefined ? plan.keyArguments : remapArguments(plan.keyArguments, remap);
  const context = contextKey(
    { ...plan, keyArguments },
    {
      toolPath: call.tool,
      argumentZero: argumentZero({ called: call.called, path: call.tool }, call.question),
      toolState: call.toolState,
      environment: call.environment,
      remap: call.remap,
      cwd: call.cwd,
      terminal: call.terminal ? `${call.terminalColumns.join(" and ")} columns` : undefined,
      stdinDigest: fromStdin ? sourceState : undefined,
      before: await statesBefore(call, snapshot),
    },
  );
  phases.ended("build_context");
  return { call, context, snapshot };
}

/** What the tool will change or copy the attributes of, as it is now. */
async function statesBefore(
  { plan: { previous = [], attributes = [] }, cwd, deployCommand }: CompileCall,
  snapshot: Snapshot,
) {
  const items = previous.map((path) => ({ path: absolutePath(path, cwd), aspect: "content" as const }));
  return [
    ...(await snapshot.states(items)),
    ...attributes.map((path) => fileAttributes(absolutePath(path, cwd))),
    ...(deployCommand === undefined ? [] : [`deployed by ${deployCommand}`]),
  ];
}
