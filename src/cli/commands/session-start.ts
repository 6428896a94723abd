// zccache session-start: a session that counts and writes down what a build's compiles come to.

import { rawFromString, showRaw } from "../../core/raw-text.ts";
import { asVariable } from "../../core/variable.ts";
import { clientOver, ENDPOINT_FLAG, pathOf, saidAgainst, withDaemonFlags } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { ensureDaemon } from "./start.ts";

export const sessionStart: Command = {
  name: "session-start",
  aliases: [],
  summary: "begin a session of a build, with figures and a journal",
  args: [],
  flags: [
    { name: "cwd", value: "dir", summary: "root of the session (default: here)" },
    { name: "log", value: "file", summary: "append the session's log to this file" },
    ENDPOINT_FLAG,
    { name: "cache-dir", value: "dir", summary: "use the daemon of this cache" },
    { name: "private-daemon", summary: "a daemon that ends with its owners" },
    { name: "daemon-name", value: "name", summary: "namespace of the private daemon" },
    { name: "owner-pid", value: "pid", many: true, summary: "a process that keeps the private daemon alive" },
    { name: "private-env", value: "name=value", many: true, summary: "a variable of all compiles, shown nowhere" },
    { name: "stats", summary: "keep figures for session-stats" },
    { name: "journal", value: "file.jsonl", summary: "write one JSON line for each compile" },
    { name: "profile", summary: "more in the journal's lines" },
  ],
  examples: [
    ["zccache session-start --stats", "prints the session's id as JSON"],
    ["zccache session-start --journal build.jsonl", "write each compile down"],
  ],
  run: runSessionStart,
};

async function runSessionStart(given: CommandInput): Promise<CommandResult> {
  const input = withDaemonFlags(given, {
    endpoint: "ZCCACHE_ENDPOINT",
    "cache-dir": "ZCCACHE_CACHE_DIR",
    "daemon-name": "ZCCACHE_DAEMON_NAMESPACE",
  });
  const fields = fieldsOf(input);
  if (typeof fields === "string") return { ...failed(fields), exitCode: 2 };
  if (fields.journal_path?.endsWith(".jsonl") === false) {
    return failed(`Cannot write the journal "${showRaw(fields.journal_path)}": expected a name in .jsonl`);
  }
  const started = await ensureDaemon(input);
  if ("exitCode" in started) return started;
  using client = await clientOver(started.daemon);
  try {
    const { session_id, journal_path } = await client.ask("SessionStart", fields);
    const journal = journal_path === undefined ? {} : { journal_path: showRaw(journal_path) };
    return done(JSON.stringify({ session_id, started_at: new Date().toISOString(), ...journal }));
  } catch (error) {
    return failed(`Cannot start a session: ${saidAgainst(error)}`);
  }
}

/** The request, or what is wrong with the flags. */
function fieldsOf({ flags, values, where }: CommandInput) {
  const one = (name: string): string | undefined => values.get(name)?.[0];
  const path = (name: string) => {
    const value = one(name);
    return value === undefined ? undefined : pathOf(value);
  };
  const owners = (values.get("owner-pid") ?? []).map(Number);
  if (owners.some((pid) => !Number.isSafeInteger(pid) || pid <= 0)) return "Cannot read --owner-pid: expected a number";
  const variables = (values.get("private-env") ?? []).map((text) => asVariable(rawFromString(text)));
  if (variables.includes(undefined)) return "Cannot read --private-env: expected NAME=VALUE";
  const isPrivate = flags.has("private-daemon") || owners.length > 0 || variables.length > 0;
  return {
    // This process ends at once; whoever called it is the client.
    client_pid: process.ppid,
    working_dir: pathOf(one("cwd") ?? "."),
    log_file: path("log"),
    track_stats: flags.has("stats"),
    journal_path: path("journal"),
    profile: flags.has("profile"),
    private_daemon: isPrivate
      ? {
          daemon_name: one("daemon-name"),
          endpoint: where.endpoint,
          cache_dir: where.root,
          owner_pids: owners,
          env: variables.filter((variable) => variable !== undefined),
        }
      : undefined,
  };
}
