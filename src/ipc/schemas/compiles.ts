// Calls that have the daemon run a tool through the cache, for clients that can't do so in their own process tree.

import * as z from "zod/mini";
import { absent, arg, bool, bytes, int, optional, pairs, path, text, uint, uuid } from "./values.ts";

const NOTHING = new Uint8Array();

const where = {
  args: z.array(arg),
  cwd: path,
  /** Absent: the daemon's own. */
  env: optional(pairs),
};

const compile = { compiler: path, ...where, stdin: absent(bytes, NOTHING) };

/** What a tool did. A stream too large for a frame is in a file, which the receiver removes. */
const result = {
  exit_code: int,
  /** Set, beside exit code 1, where a signal killed it. */
  signal: optional(uint),
  stdout: absent(bytes, NOTHING),
  stderr: absent(bytes, NOTHING),
  stdout_file: optional(path),
  stderr_file: optional(path),
  cached: bool,
};

const compileResult = z.object({ type: z.literal("CompileResult"), ...result });

export const COMPILE_CALLS = {
  Compile: {
    request: z.object({ type: z.literal("Compile"), session_id: uuid, ...compile }),
    reply: compileResult,
  },
  CompileEphemeral: {
    request: z.object({ type: z.literal("CompileEphemeral"), client_pid: uint, working_dir: path, ...compile }),
    reply: compileResult,
  },
  LinkEphemeral: {
    request: z.object({ type: z.literal("LinkEphemeral"), client_pid: uint, tool: path, ...where }),
    reply: z.object({ type: z.literal("LinkResult"), ...result, warning: optional(text) }),
  },
} as const;
