// Why a call was no hit: what has changed since the last result of the same context, or, where even the context is new,
// since the last call that made the same output. Variables are named, never shown.

import type { ManifestRow } from "../core/entry.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import { callFits } from "../key/call-condition.ts";
import { conditionsHold, libcVariables, onVariables } from "../key/environment.ts";
import { jobServerFits } from "../key/job-server.ts";
import { programsFit } from "../key/programs.ts";
import type { Snapshot } from "../key/snapshot.ts";
import type { ToolSearches } from "../key/tool-search.ts";
import type { Call, CompileCall } from "./call.ts";

/** One thing that is not what it was. */
export type Change =
  | { readonly kind: "argument"; readonly added: readonly RawText[]; readonly removed: readonly RawText[] }
  /** What a path was, and is: "absent", "directory", "file", "link" or "other". */
  | { readonly kind: "dependency"; readonly path: RawText; readonly was: string; readonly now: string }
  /** The result is for its own directory, its own names of outputs, or files that one name leads to elsewhere. */
  | { readonly kind: "directory" }
  /** All variables have a say, as an interpreter can read them unseen. */
  | { readonly kind: "environment" }
  /** Nothing is known to have changed: the result is not kept any more. */
  | { readonly kind: "evicted" }
  /** Along PATH other programs are found. */
  | { readonly kind: "programs" }
  /** Standard output and standard error are one file, or not any more. */
  | { readonly kind: "streams" }
  | { readonly kind: "terminal" }
  /** Another one, or its file was changed. */
  | { readonly kind: "tool"; readonly path: RawText }
  | { readonly kind: "variable"; readonly name: RawText };

/** An earlier result of the context that does not hold, and what it was compared with. */
export type Mismatch = {
  readonly row: ManifestRow;
  readonly call: CompileCall;
  readonly snapshot: Pick<Snapshot, "seen">;
  readonly tools: ToolSearches;
};

/** Which conditions of the row are not met. Asks for no state that was not looked at when it was matched. */
export function changesSince({ row, call, snapshot, tools }: Mismatch): Change[] {
  const { environment, wholeEnvironment } = row;
  const names = onVariables(environment)
    .filter(
      (condition) =>
        !conditionsHold({ environment: [condition], wholeEnvironment: undefined }, call.environment, call.remap),
    )
    .map(({ name }): Change => ({ kind: "variable", name }));
  const files = row.dependencies.flatMap(({ path, aspect, state }): Change[] => {
    const now = snapshot.seen({ path: absolutePath(path, call.cwd), aspect });
    return now === undefined || now === state
      ? []
      : [{ kind: "dependency", path, was: wordOf(state), now: wordOf(now) }];
  });
  const changes: Change[] = [...names, ...files];
  if (row.layout !== "empty" && (row.layout === "merged") !== call.merged) changes.push({ kind: "streams" });
  if (!conditionsHold({ environment: [], wholeEnvironment }, call.environment)) changes.push({ kind: "environment" });
  if (programsFit(environment, call, tools) === "no") changes.push({ kind: "programs" });
  if (!jobServerFits(environment, () => call.jobServer ?? "none"))
    changes.push({ kind: "variable", name: "MAKEFLAGS" });
  // What is left of the conditions: the very same call, or names that lead to the same files.
  if (!callFits(environment, call) || changes.length === 0) changes.push({ kind: "directory" });
  return changes;
}

/** What differs between two calls that make the same output. */
export function changesBetween(before: Call, after: Call): Change[] {
  const changes: Change[] = [];
  if (before.tool !== after.tool || toolStateOf(before) !== toolStateOf(after)) {
    changes.push({ kind: "tool", path: after.tool ?? "" });
  }
  const [old, fresh] = [argumentsOf(before), argumentsOf(after)];
  const [added, removed] = [without(fresh, old), without(old, fresh)];
  // Both empty where they came in another order.
  if (fresh.join("\0") !== old.join("\0")) changes.push({ kind: "argument", added, removed });
  changes.push(...libcChanges(before, after));
  if (before.cwd !== after.cwd && after.plan.kind === "compile" && after.plan.cwdInKey) {
    changes.push({ kind: "directory" });
  }
  if (terminalOf(before) !== terminalOf(after)) changes.push({ kind: "terminal" });
  return changes.length === 0 ? [{ kind: "evicted" }] : changes;
}

function libcChanges(before: Call, after: Call): Change[] {
  const [old, fresh] = [before, after].map(({ environment }) => new Map(libcVariables(environment)));
  const names = new Set([...(old?.keys() ?? []), ...(fresh?.keys() ?? [])]);
  return [...names].filter((name) => old?.get(name) !== fresh?.get(name)).map((name) => ({ kind: "variable", name }));
}

function argumentsOf({ plan, arguments: args }: Call): readonly RawText[] {
  return plan.kind === "compile" ? plan.keyArguments : args;
}

function toolStateOf(call: Call): string {
  return "toolState" in call ? String(call.toolState) : "";
}

function terminalOf({ terminal, terminalColumns }: Call): string {
  return terminal ? terminalColumns.join(" ") : "";
}

/** Those of `members` that are not in `others`, each as often as it is missing there. */
function without(members: readonly RawText[], others: readonly RawText[]): RawText[] {
  const left = new Map<RawText, number>();
  for (const member of others) left.set(member, (left.get(member) ?? 0) + 1);
  return members.filter((member) => {
    const count = left.get(member) ?? 0;
    left.set(member, count - 1);
    return count <= 0;
  });
}

const WORDS: Readonly<Record<string, string>> = {
  A: "absent",
  D: "directory",
  F: "file",
  L: "link",
  P: "file",
  S: "directory",
  T: "file",
};

/** Of a state as in `Dependency`. */
function wordOf(state: string): string {
  return WORDS[state.charAt(0)] ?? "other";
}
