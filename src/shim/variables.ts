// Changes to an environment block that leave everything else as it is, duplicates and nameless strings included.

import { type RawText, showRaw } from "../core/raw-text.ts";
import { asVariable, type Variable, variableName } from "../core/variable.ts";

/** Counts the stand-ins above a process, so that two wrappers that call each other come to an end. */
export const DEPTH_VARIABLE = "ZCCACHE_DEPTH";

/** Value of the first variable of that name, which is the one getenv(3) finds. */
export function variable(environment: readonly RawText[], name: RawText): RawText | undefined {
  const prefix = `${name}=`;
  return environment.find((member) => member.startsWith(prefix))?.slice(prefix.length);
}

/** The environment with these variables: in place of old ones of the same name, else behind the others. */
export function withVariables(environment: readonly RawText[], variables: readonly Variable[]): RawText[] {
  const names = new Set(variables.map(([name]) => name));
  const values = new Map(variables);
  const changed: RawText[] = [];
  for (const member of environment) {
    const name = variableName(member) ?? "";
    if (!names.has(name)) changed.push(member);
    else if (values.has(name)) {
      changed.push(`${name}=${values.get(name)}`);
      values.delete(name);
    }
  }
  for (const [name, value] of values) changed.push(`${name}=${value}`);
  return changed;
}

// Variables by which the runtime itself can be steered (BUN_OPTIONS=--preload … runs code in a compiled program).
const RUNTIME_VARIABLE = /^BUN_(?:OPTIONS|BE_BUN|INSPECT\w*)=/;

// The runtime is set up for programs that calculate for long. The daemon's work is short and varied: of what its first misses
// cost, two fifths went into compiling it and preparing memory. 22 ms of CPU each without these, 16 with them.
const RUNTIME_TUNING: Readonly<Record<string, string>> = {
  // JavaScriptCore: the first compiler soon, no third one, and the second only for what is really hot; 1000 calls are a
  // handful of misses.
  BUN_JSC_thresholdForJITAfterWarmUp: "100",
  BUN_JSC_useFTLJIT: "false",
  BUN_JSC_thresholdForOptimizeAfterWarmUp: "5000",
  BUN_JSC_thresholdForOptimizeAfterLongWarmUp: "5000",
  // No thread that touches memory before it is needed, and none that gives it back within milliseconds; no look at the
  // memory's size at each turn: the collector still runs when the heap has grown.
  BUN_JSC_useWarmUpMarkedBlocks: "false",
  BUN_GC_TIMER_DISABLE: "1",
  MIMALLOC_PURGE_DELAY: "2000",
  MIMALLOC_PURGE_HOLES_MIN_INTERVAL: "60000",
};

/** What a daemon started from here gets: without the runtime's switches and our depth, and with what speeds it up. */
export function daemonEnvironment(environment: readonly RawText[]): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (const member of environment) {
    if (RUNTIME_VARIABLE.test(member) || member.startsWith(`${DEPTH_VARIABLE}=`)) continue;
    const [name, value] = asVariable(showRaw(member)) ?? [];
    if (name !== undefined && value !== undefined) record[name] ??= value;
  }
  for (const [name, value] of Object.entries(RUNTIME_TUNING)) record[name] ??= value;
  return record;
}
