// The answer to a GenericToolExec, from a run or from the store.

import { readFileSync, statSync } from "node:fs";
import type { RawText } from "../../core/raw-text.ts";
import { absolutePath, showRaw } from "../../core/raw-text.ts";
import type { CallReply } from "../../ipc/schemas/calls.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { LARGEST_IN_REPLY, type SentStream } from "./exec-streams.ts";

/** What an answer is made of. */
export type ExecAnswer = {
  readonly exitCode: number;
  readonly signal: number | undefined;
  readonly stdout: SentStream;
  readonly stderr: SentStream;
  readonly cached: boolean;
  /** Names for the caller, relative ones to `cwd`; the files are in place. */
  readonly outputs: readonly RawText[];
  readonly key: string;
  readonly notStored: string | undefined;
};

// A signal has no exit code; this is what the protocol says instead.
const KILLED = 1;

/** The reply. Files up to 1 MiB travel in it as long as there is room in a frame. */
export function replyTo(answer: ExecAnswer, cwd: RawText): CallReply<"GenericToolExec"> {
  const { stdout, stderr, signal } = answer;
  return {
    type: "GenericToolExecResult",
    exit_code: signal === undefined ? answer.exitCode : KILLED,
    signal,
    stdout: stdout.bytes,
    stderr: stderr.bytes,
    stdout_file: stdout.file,
    stderr_file: stderr.file,
    cached: answer.cached,
    output_files: payloads(answer.outputs, cwd),
    cache_key_hex: answer.key,
    not_stored: answer.notStored,
  };
}

const LARGEST_FILE = 1 << 20;

/** Those that are there. */
function payloads(names: readonly RawText[], cwd: RawText): CallReply<"GenericToolExec">["output_files"] {
  let room = LARGEST_IN_REPLY;
  return names.flatMap((name): CallReply<"GenericToolExec">["output_files"] => {
    const path = absolutePath(name, cwd);
    const stats = statSync(fsPath(path), { throwIfNoEntry: false });
    if (stats?.isFile() !== true) return [];
    // The name is text in this message; what is no UTF-8 can't be told apart any more, its payload still can.
    if (stats.size > Math.min(LARGEST_FILE, room)) return [{ name: showRaw(name), payload: { path } }];
    room -= stats.size;
    return [{ name: showRaw(name), payload: { bytes: readFileSync(fsPath(path)) } }];
  });
}
