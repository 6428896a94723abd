// zccache kv: values of scripts under keys of their own. Exit code 2 says that there is no such value, so whatever else
// goes wrong must be 1.

import { readFileSync } from "node:fs";
import { describeError } from "../../core/errors.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { isKey, isNamespace, KvStore } from "../kv-store.ts";
import { showBytes, showCount, table } from "../render.ts";

const ACTIONS = {
  get: "get NAMESPACE KEY",
  put: "put NAMESPACE KEY --value-from FILE",
  rm: "rm NAMESPACE KEY",
  ls: "ls NAMESPACE",
  clear: "clear NAMESPACE",
  stats: "stats",
} as const;

export const kv: Command = {
  name: "kv",
  aliases: [],
  summary: "keep small values beside the cache, for scripts",
  args: [
    { name: "<action>", summary: `${Object.keys(ACTIONS).join(", ")}; get exits with 2 where there is no value` },
    { name: "[namespace]", summary: "letters, digits, '.', '_' and '-'; not for stats" },
    { name: "[key]", summary: "hexadecimal digits, e.g. a digest; for get, put and rm" },
  ],
  flags: [
    { name: "value-from", value: "file", summary: "what put keeps" },
    { name: "value-from-stdin", summary: "put keeps what standard input says" },
    { name: "json", summary: "as JSON, values in base64" },
  ],
  examples: [
    ["zccache kv put lint 0a1b --value-from report.txt", "keep a file's content"],
    ["zccache kv get lint 0a1b > report.txt || lint", "use it if it is there"],
    ["zccache kv stats --json", "what each namespace takes"],
  ],
  run: runKv,
};

const MISSING = 2;

type Operands = { readonly store: KvStore; readonly namespace: string; readonly key: string; readonly json: boolean };
type Action = keyof typeof ACTIONS;

const RUN: Readonly<Record<Action, (operands: Operands, input: CommandInput) => CommandResult>> = {
  get: runGet,
  put: runPut,
  rm: ({ store, namespace, key, json }) => {
    const removed = store.remove(namespace, key);
    return json ? asJson({ namespace, key, removed }) : nothing();
  },
  ls: ({ store, namespace, json }) => {
    const entries = store.list(namespace);
    if (json) return asJson({ namespace, entries: entries.map(({ key, bytes }) => ({ key, size_bytes: bytes })) });
    return entries.length === 0 ? nothing() : done(...entries.map(({ key }) => key));
  },
  clear: ({ store, namespace, json }) => {
    const removed = store.clear(namespace);
    return json ? asJson({ namespace, removed }) : done(`Removed ${showCount(removed, "value")}.`);
  },
  stats: runStats,
};

function runKv(input: CommandInput): CommandResult {
  const [action = "", ...operands] = input.args;
  if (!isAction(action)) return failed(`Cannot "${action}" values: expected one of ${Object.keys(ACTIONS).join(", ")}`);
  const wanted = ACTIONS[action].split(" ").filter((word) => word === "NAMESPACE" || word === "KEY").length;
  const [namespace = "", key = ""] = operands;
  if (operands.length !== wanted) return failed(`Cannot do that: expected "zccache kv ${ACTIONS[action]}"`);
  if (wanted > 0 && !isNamespace(namespace)) {
    return failed(`Cannot use the namespace "${namespace}": expected letters, digits, ".", "_" and "-"`);
  }
  const digits = key.toLowerCase();
  if (wanted > 1 && !isKey(digits)) {
    return failed(`Cannot use the key "${key}": expected hexadecimal digits, two a byte, of at most 64 bytes`);
  }
  const store = new KvStore(input.where.root);
  try {
    return RUN[action]({ store, namespace, key: digits, json: input.flags.has("json") }, input);
  } catch (error) {
    return failed(`Cannot ${action} values: ${describeError(error)}`);
  }
}

function runGet({ store, namespace, key, json }: Operands): CommandResult {
  const value = store.get(namespace, key);
  const found = value !== undefined;
  const exitCode = found ? 0 : MISSING;
  if (json) return { ...asJson({ namespace, key, found, value_base64: value?.toString("base64") ?? null }), exitCode };
  return { exitCode, stdout: "", stderr: "", ...(found ? { bytes: value } : {}) };
}

function runPut({ store, namespace, key, json }: Operands, { flags, values }: CommandInput): CommandResult {
  const [file] = values.get("value-from") ?? [];
  if ((file === undefined) === !flags.has("value-from-stdin")) {
    return failed("Cannot put a value: expected --value-from FILE or --value-from-stdin");
  }
  const value = readFileSync(file ?? 0);
  store.put(namespace, key, value);
  return json ? asJson({ namespace, key, size_bytes: value.length }) : nothing();
}

function runStats({ store, json }: Operands): CommandResult {
  const totals = store.totals();
  const sum = (of: "entries" | "bytes") => totals.reduce((all, each) => all + each[of], 0);
  if (json) {
    const namespaces = totals.map(({ namespace, entries, bytes }) => ({ namespace, entries, size_bytes: bytes }));
    return asJson({ entries: sum("entries"), size_bytes: sum("bytes"), namespaces });
  }
  if (totals.length === 0) return done("There are no values.");
  const rows = totals.map(({ namespace, entries, bytes }): [string, string] => [
    namespace,
    `${showCount(entries, "value")}, ${showBytes(bytes)}`,
  ]);
  return done(...table(rows, (label) => label));
}

function isAction(text: string): text is Action {
  return Object.hasOwn(ACTIONS, text);
}

function asJson(value: unknown): CommandResult {
  return done(JSON.stringify(value, null, 2));
}

function nothing(): CommandResult {
  return { exitCode: 0, stdout: "", stderr: "" };
}
