// Inspect: what is stored, and how it was keyed.

import type * as z from "zod/mini";
import type { EnvironmentCondition } from "../../core/entry.ts";
import type { storedResult } from "../../ipc/schemas/inspect.ts";
import type { InspectedResult, Store } from "../../store/store.ts";
import type { Services } from "../services.ts";
import type { Handlers } from "./handlers.ts";

// Keeps a reply with all conditions, of some thousand headers each, far from a frame's limit.
const MOST = 1000;

/** The handler. */
export function inspectHandlers({ store }: Pick<Services, "store">): Handlers<"Inspect"> {
  return {
    Inspect: ({ key, most }) => {
      const found = store.inspect(key, Math.min(most, MOST));
      return { type: "Inspected", results: found.map((result) => describe(result, found.length === 1, store)) };
    },
  };
}

function describe(
  { context, key, usedAt, row, entry }: InspectedResult,
  full: boolean,
  store: Store,
): z.output<typeof storedResult> {
  return {
    result_key: key,
    context_key: context,
    last_used_unix: usedAt,
    exit_code: entry.exitCode,
    millis: Math.round(entry.millis),
    stdout_bytes: entry.stdout.length,
    stderr_bytes: entry.stderr.length,
    outputs: entry.outputs.map(({ role, name, digest, size, executable }) => ({
      role,
      name,
      digest,
      size,
      executable,
      object: store.objectPath(digest),
    })),
    dependency_count: row.dependencies.length,
    dependencies: full ? row.dependencies.map(({ path, aspect, state }) => ({ path, aspect, state })) : [],
    conditions: row.environment.filter(isOwn).map(({ name }) => name.slice(1)),
    environment: row.environment
      .filter((condition) => !isOwn(condition))
      .map(({ name, valueHash }) => ({ name, set: valueHash !== undefined })),
    whole_environment: row.wholeEnvironment !== undefined,
  };
}

/** Conditions that are no variables have names that no variable can have (key/call-condition.ts). */
function isOwn({ name }: EnvironmentCondition): boolean {
  return name.startsWith("=");
}
