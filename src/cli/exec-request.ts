// From the flags of `zccache exec` to the request that the daemon gets.

import { accessSync, constants, statSync } from "node:fs";
import type { CallFields } from "../client/client.ts";
import { absolutePath, type RawText, rawToBytes, showRaw } from "../core/raw-text.ts";
import { asVariable, variableName } from "../core/variable.ts";
import { fsPath } from "../sys/fs-path.ts";
import { readRaw } from "../sys/read-raw.ts";
import type { ExecLine } from "./exec-line.ts";

/** Who calls, and where. */
export type ExecPlace = {
  /** Absolute. */
  readonly tool: RawText;
  readonly cwd: RawText;
  /** `NAME=value` strings. */
  readonly environment: readonly RawText[];
  /** What came on standard input where that lists inputs. */
  readonly listed: readonly RawText[];
};

/** The request. @returns what is wrong with what was declared, for the user. */
export function execRequest(line: ExecLine, place: ExecPlace): CallFields<"GenericToolExec"> | string {
  const { values, switches, command } = line;
  const all = (name: string): RawText[] => [...(values.get(name) ?? [])];
  const inputs = [...all("input-file"), ...place.listed];
  for (const list of all("input-file-list")) {
    const names = namesInFile(absolutePath(list, place.cwd));
    if (names === undefined) return `Cannot read "${showRaw(list)}"`;
    inputs.push(...names);
  }
  const scanned = all("include-scan");
  const unreadable = [...inputs, ...scanned].find((path) => !isReadable(absolutePath(path, place.cwd)));
  if (unreadable !== undefined) return `Cannot read "${showRaw(unreadable)}"`;
  const [hash] = all("tool-hash");
  const [depfile] = all("depfile");
  const outputs = all("output-file");
  return {
    tool: place.tool,
    args: command.slice(1),
    cwd: place.cwd,
    env: place.environment.map(asVariable).filter((variable) => variable !== undefined),
    input_files: inputs,
    input_extra: rawToBytes(all("input-extra")[0] ?? ""),
    output_streams: { stdout: !switches.has("no-output-stdout"), stderr: !switches.has("no-output-stderr") },
    output_files: outputs,
    tool_hash: hash === undefined ? undefined : Buffer.from(hash, "hex"),
    cache_policy: switches.has("no-cache") ? "Bypass" : "Normal",
    cwd_in_key: !switches.has("no-cwd-in-key"),
    include_scan_files: scanned,
    include_dirs: all("include-dir"),
    system_include_dirs: all("system-include"),
    iquote_dirs: all("iquote-dir"),
    depfile,
    non_deterministic: switches.has("non-deterministic"),
    key_args_filter: all("key-args-filter").map(showRaw),
    find_outputs: outputs.length === 0,
  };
}

// Descriptors of a job server, which the daemon's tools have not; they differ in every build. And our own counter.
const NOT_HANDED_ON = ["MAKEFLAGS", "MFLAGS", "CARGO_MAKEFLAGS", "ZCCACHE_DEPTH"];

/** The tool's environment: the caller's, or of it what is named. */
export function execEnvironment(environment: readonly RawText[], named: readonly RawText[] | undefined): RawText[] {
  const isWanted = (name: RawText) => (named === undefined ? !NOT_HANDED_ON.includes(name) : named.includes(name));
  return environment.filter((member) => {
    const name = variableName(member);
    return name !== undefined && isWanted(name);
  });
}

/** Names, one a line; empty lines are none. */
export function namesIn(text: RawText): RawText[] {
  return text.split(/\r?\n/).filter((line) => line !== "");
}

function namesInFile(path: RawText): RawText[] | undefined {
  try {
    return namesIn(readRaw(path));
  } catch {
    return undefined;
  }
}

function isReadable(path: RawText): boolean {
  try {
    accessSync(fsPath(path), constants.R_OK);
    return statSync(fsPath(path)).isFile();
  } catch {
    return false;
  }
}
