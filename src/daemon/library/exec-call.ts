// A GenericToolExec as the daemon works on it: checked, and with everything that has no order put into one.

import { type RawText, showRaw, withoutEmptySteps } from "../../core/raw-text.ts";
import type { CallRequest } from "../../ipc/schemas/calls.ts";
import { readFilter } from "../../ipc/schemas/exec.ts";
import type { Environment } from "../../key/environment.ts";
import type { IncludeDirectories } from "./exec-includes.ts";
import { refused } from "./refused.ts";

/** What is declared of one run of a tool. Relative paths are relative to `cwd`. */
export type ExecCall = {
  /** Absolute. */
  readonly tool: RawText;
  readonly args: readonly RawText[];
  /** Those that are in the key. */
  readonly keyArgs: readonly RawText[];
  /** Absolute. */
  readonly cwd: RawText;
  /** The tool's whole environment, sorted by name: the tool gets it in this order, too, so that it can't show another. */
  readonly variables: readonly (readonly [name: RawText, value: RawText])[];
  readonly environment: Environment;
  /** Sorted, each once, as declared; so are `scanned`. */
  readonly inputs: readonly RawText[];
  readonly scanned: readonly RawText[];
  readonly directories: IncludeDirectories;
  readonly extra: Uint8Array;
  readonly streams: { readonly stdout: boolean; readonly stderr: boolean };
  /** As declared, in order. */
  readonly outputs: readonly RawText[];
  readonly depfile: RawText | undefined;
  /** The caller's name for the tool's content, in hexadecimal digits. */
  readonly toolHash: string | undefined;
  readonly looksUp: boolean;
  readonly stores: boolean;
  readonly cwdInKey: boolean;
  /** Nothing is declared: what the run leaves below `cwd` is its output. */
  readonly findsOutputs: boolean;
};

/** Reads a request. @throws {ZccacheError} `BAD_REQUEST` naming the field that can't be used. */
export function readExecCall(request: CallRequest<"GenericToolExec">): ExecCall {
  const policy = request.non_deterministic ? "Bypass" : request.cache_policy;
  const filters = request.key_args_filter.map(readFilter);
  const variables = [...request.env].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return {
    tool: absolute("tool", request.tool),
    args: request.args,
    keyArgs: request.args.filter((member) => !filters.some((filter) => filter.test(showRaw(member)))),
    cwd: absolute("cwd", request.cwd).replace(/(?<=.)(?:\/\.?)+$/, ""),
    variables,
    environment: asEnvironment(variables),
    inputs: sortedOnce(request.input_files),
    scanned: sortedOnce(request.include_scan_files),
    directories: {
      iquote: request.iquote_dirs,
      plain: request.include_dirs,
      system: request.system_include_dirs,
    },
    extra: request.input_extra,
    streams: request.output_streams,
    outputs: request.output_files.map(withoutEmptySteps),
    depfile: request.depfile,
    toolHash: request.tool_hash && Buffer.from(request.tool_hash).toString("hex"),
    looksUp: policy !== "Bypass",
    stores: policy === "Normal",
    cwdInKey: request.cwd_in_key,
    findsOutputs: request.find_outputs && request.output_files.length === 0,
  };
}

function absolute(field: string, path: RawText): RawText {
  if (path.startsWith("/")) return withoutEmptySteps(path);
  throw refused(`use ${field} "${showRaw(path)}"`, "it is not absolute");
}

function sortedOnce(paths: readonly RawText[]): RawText[] {
  return [...new Set(paths.map(withoutEmptySteps))].sort();
}

/** The first of two equal names counts, as getenv(3) finds it first. */
function asEnvironment(variables: ExecCall["variables"]): Environment {
  const environment = new Map<RawText, RawText>();
  for (const [name, value] of variables) if (!environment.has(name)) environment.set(name, value);
  return environment;
}
