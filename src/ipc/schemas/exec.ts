// The call that caches any tool: by what its caller declares and by what its trace shows.

import * as z from "zod/mini";
import { ZccacheError } from "../../core/errors.ts";
import { artifactOutput } from "./artifacts.ts";
import { absent, arg, bool, bytes, hex, int, list, optional, pairs, path, text, uint } from "./values.ts";

/** `Normal` looks up and stores, `ReadOnly` looks up only, `Bypass` does neither. */
export const cachePolicy = z.enum(["Normal", "Bypass", "ReadOnly"]);

const streams = z.object({ stdout: absent(bool, true), stderr: absent(bool, true) });

const toolDigest = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32);

export const EXEC_CALLS = {
  GenericToolExec: {
    request: z.object({
      type: z.literal("GenericToolExec"),
      tool: path,
      args: z.array(arg),
      cwd: path,
      env: absent(pairs, []),
      input_files: list(path),
      input_extra: absent(bytes, new Uint8Array()),
      output_streams: absent(streams, { stdout: true, stderr: true }),
      output_files: list(path),
      tool_hash: optional(toolDigest),
      cache_policy: absent(cachePolicy, "Normal"),
      cwd_in_key: absent(bool, true),
      include_scan_files: list(path),
      include_dirs: list(path),
      system_include_dirs: list(path),
      iquote_dirs: list(path),
      depfile: optional(path),
      non_deterministic: absent(bool, false),
      key_args_filter: list(text),
      /** Of zccache's own verb: nothing is declared, so all that the run leaves below `cwd` is its output. */
      find_outputs: absent(bool, false),
    }),
    reply: z.object({
      type: z.literal("GenericToolExecResult"),
      exit_code: int,
      /** Set if a signal killed it; the exit code is 1 then. */
      signal: optional(uint),
      stdout: absent(bytes, new Uint8Array()),
      stderr: absent(bytes, new Uint8Array()),
      /** Set where a stream is too large for the frame: the receiver reads and removes the file. */
      stdout_file: optional(path),
      stderr_file: optional(path),
      cached: bool,
      output_files: list(artifactOutput),
      cache_key_hex: hex,
      /** Why a run was not stored that was to be; for people and counts. */
      not_stored: optional(text),
    }),
  },
} as const;

/**
 * A regular expression in the syntax that other implementations of the protocol share with ours: flags in front, as in
 * `(?i)abc`, are those of JavaScript.
 * @throws {ZccacheError} `BAD_REQUEST`.
 */
export function readFilter(text: string): RegExp {
  const [, flags = "", pattern = text] = /^\(\?([ims]+)\)(.*)$/s.exec(text) ?? [];
  try {
    return new RegExp(pattern, [...new Set(flags)].join(""));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZccacheError("BAD_REQUEST", `Cannot use key_args_filter "${text}": ${reason}`, { cause });
  }
}
