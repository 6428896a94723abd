// zccache inspect: what is stored under a key, and how it was keyed. The daemon tells, as the cache's only reader.

import { describeError, ZccacheError } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import type { CallReply } from "../../ipc/schemas/calls.ts";
import { clientOver } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showBytes, showCount, showDuration, table } from "../render.ts";
import { ensureDaemon } from "./start.ts";

// As many as fit on a screen.
const NEWEST = 20;

export const inspect: Command = {
  name: "inspect",
  aliases: [],
  summary: "show what is stored under a key, and how it was keyed",
  args: [{ name: "[key]", summary: "how the key of a result or of its context begins (default: the newest results)" }],
  flags: [{ name: "json", summary: "as JSON" }],
  examples: [
    ["zccache inspect", "keys of the newest results"],
    ["zccache inspect 3fa94c", "outputs, inputs and variables of one of them"],
  ],
  run: runInspect,
};

type Result = CallReply<"Inspect">["results"][number];

async function runInspect(input: CommandInput): Promise<CommandResult> {
  const [key = ""] = input.args;
  if (!/^[0-9a-f]{0,64}$/.test(key)) {
    return { ...failed(`Cannot inspect "${key}": expected up to 64 digits of 0-9 and a-f`), exitCode: 2 };
  }
  const started = await ensureDaemon(input);
  if ("exitCode" in started) return started;
  using client = await clientOver(started.daemon);
  try {
    const { results } = await client.ask("Inspect", { key, most: NEWEST });
    if (input.flags.has("json")) return { ...done(toJson(results)), exitCode: results.length === 0 ? 1 : 0 };
    const [only] = results;
    if (only === undefined) return nothing(key);
    return results.length === 1 ? done(...page(only)) : done(...results.map(line));
  } catch (error) {
    if (!(error instanceof ZccacheError)) throw error;
    return failed(`Cannot inspect the cache: ${describeError(error)}`, "Look into the daemon's log.");
  }
}

function nothing(key: string): CommandResult {
  return key === ""
    ? failed("There are no results in the cache")
    : failed(`There is no result whose key, or context's key, begins with ${key}`, "zccache inspect shows some.");
}

function toJson(results: readonly Result[]): string {
  const shown = results.map((result) => ({
    ...result,
    outputs: result.outputs.map(({ name, object, ...rest }) => ({
      ...rest,
      name: name === undefined ? null : showRaw(name),
      object: showRaw(object),
    })),
    dependencies: result.dependencies.map(({ path, aspect, state }) => ({
      path: showRaw(path),
      aspect,
      state: showRaw(state),
    })),
    conditions: result.conditions.map(showRaw),
    environment: result.environment.map(({ name, set }) => ({ name: showRaw(name), set })),
  }));
  return JSON.stringify({ results: shown }, null, 2);
}

/** One result among several. */
function line(result: Result): string {
  const bytes = result.outputs.reduce((sum, { size }) => sum + size, 0);
  const what = `${showCount(result.outputs.length, "output")}, ${showBytes(bytes)}`;
  return `${result.result_key.slice(0, 16)}  ${day(result)}  ${what}, ${showCount(result.dependency_count, "condition")}`;
}

function page(result: Result): string[] {
  const plain = (label: string) => label;
  return [
    ...table(
      [
        ["result", result.result_key],
        ["context", result.context_key],
        ["last used", day(result)],
        ["ran for", `${showDuration(result.millis)}, exit code ${result.exit_code}`],
        ["said", `${showBytes(result.stdout_bytes)}, and ${showBytes(result.stderr_bytes)} of diagnostics`],
      ],
      plain,
    ),
    "",
    "outputs",
    ...result.outputs.map(
      ({ role, name, digest, size }) =>
        `  ${role.padEnd(8)}  ${showBytes(size).padStart(10)}  ${digest}${name === undefined ? "" : `  ${showRaw(name)}`}`,
    ),
    "",
    `depends on${result.dependencies.length === 0 ? " nothing but the call" : ""}`,
    ...result.dependencies.map(
      ({ path, aspect, state }) => `  ${aspect.padEnd(8)}  ${showState(state).padEnd(20)}  ${showRaw(path)}`,
    ),
    "",
    result.whole_environment ? "variables: all of them" : "variables",
    ...result.environment.map(({ name, set }) => `  ${showRaw(name).padEnd(24)}  ${set ? "as it was" : "not set"}`),
  ];
}

function day({ last_used_unix }: Result): string {
  return new Date(last_used_unix * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

const STATES: Readonly<Record<string, string>> = {
  A: "absent",
  D: "directory",
  F: "file",
  L: "link to",
  O: "device",
  P: "there",
  S: "names",
  T: "size and time",
};

/** "file 3fa94c12", "absent": the letter in words, and how what stands behind it begins. */
function showState(state: string): string {
  const value = showRaw(state.slice(1, 11));
  return `${STATES[state.charAt(0)] ?? state.charAt(0)} ${value}`.trimEnd();
}
