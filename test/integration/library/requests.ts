// Requests as the tests of library clients make them, and what comes of them.

import { readFileSync } from "node:fs";
import type { CallFields } from "../../../src/client/client.ts";
import { type RawText, rawFromString } from "../../../src/core/raw-text.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { pairsOf } from "./connect.ts";

const NO_STDIN = new Uint8Array();

/** A session in the sandbox's directory that keeps figures. */
export function start(box: Sandbox, more: Partial<CallFields<"SessionStart">> = {}): CallFields<"SessionStart"> {
  return startIn(rawFromString(box.tree.path), more);
}

/** As `start`, in any directory. */
export function startIn(working_dir: RawText, more: Partial<CallFields<"SessionStart">>): CallFields<"SessionStart"> {
  return {
    client_pid: process.pid,
    working_dir,
    log_file: undefined,
    track_stats: true,
    journal_path: undefined,
    profile: false,
    private_daemon: undefined,
    ...more,
  };
}

/** Wishes for a private daemon. */
export function ownDaemon(more: Partial<NonNullable<CallFields<"SessionStart">["private_daemon"]>> = {}) {
  return { daemon_name: undefined, endpoint: undefined, cache_dir: undefined, owner_pids: [], env: [], ...more };
}

/** A call of gcc there. */
export function gcc(box: Sandbox, session_id: string, args: string[]): CallFields<"Compile"> {
  const cwd = rawFromString(box.tree.path);
  return { session_id, compiler: "/usr/bin/gcc", args, cwd, env: pairsOf(box.env), stdin: NO_STDIN };
}

/** Lines of a file of JSON. */
export function journalOf(path: string): Record<string, unknown>[] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** What is said against a call. */
export async function refusal(asked: Promise<unknown>): Promise<string> {
  return await asked.then(
    () => "no refusal",
    (error: Error) => error.message,
  );
}
