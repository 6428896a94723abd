// Becoming the real tool: this process's program is replaced, so signals, terminal and exit code are the tool's own.
// This is what happens whenever the cache has nothing to say, whatever the cause.

import { openSync, writeSync } from "node:fs";
import { isErrno, ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Variable } from "../core/variable.ts";
import { argumentZero, pathPastStandIns } from "../sys/called-as.ts";
import { fsPath } from "../sys/fs-path.ts";
import { replaceDescriptor } from "../sys/libc.ts";
import { becomeProgram, type Program } from "../sys/processes.ts";
import { OWN_NAME, resolveRealTool, type ToolSearch, toolOf } from "../sys/real-tool.ts";
import { identifySelf } from "../sys/self-image.ts";
import type { Client } from "./client.ts";
import { handOverDescriptors } from "./descriptors.ts";
import { DEPTH_VARIABLE, variable, withVariables } from "./variables.ts";

/** What the daemon knows of the tool already. */
export type KnownTool = { readonly path: RawText; readonly skip: number };

// As a shell has them: no such command, and one that can't be executed.
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Runs the tool in place of this process. Returns only if that can't be done: its exit code, after a message. */
export function becomeRealTool(client: Client, known?: KnownTool): number {
  const tool = known ?? findTool(client);
  if (tool === undefined) return reportMissing(client);
  if (client.stdin !== undefined) replaceDescriptor(openSync(fsPath(client.stdin), "r"), 0);
  handOverDescriptors(client.inherited);
  const program = toolProgram(client, tool);
  try {
    return becomeOrInterpret(program);
  } catch (error) {
    if (known !== undefined) return becomeRealTool(client); // it has gone, or was never there for us
    const reason = error instanceof Error ? error.message : String(error);
    return fail(NOT_EXECUTABLE, reason);
  }
}

/**
 * The tool as it is to be started: under the name that it has to have (called-as.ts), and with the caller's environment,
 * our depth and `variables` laid over it.
 * @throws {ZccacheError} `DAEMON_ANSWER` if the caller has not as many arguments.
 */
export function toolProgram(client: Client, tool: KnownTool, variables: readonly Variable[] = []): Program {
  const { call, depth } = client;
  if (tool.skip > call.argv.length) {
    throw new ZccacheError("DAEMON_ANSWER", `Cannot leave out ${tool.skip} of ${call.argv.length} arguments`);
  }
  const { name, changed } = calledAs(client, tool);
  return {
    path: tool.path,
    argv: [name, ...call.argv.slice(tool.skip)],
    environment: withVariables(call.environment, [...variables, ...changed, [DEPTH_VARIABLE, String(depth)]]),
  };
}

/** Writes one line for the user. @returns the exit code. */
export function fail(exitCode: number, text: string): number {
  writeSync(2, `${OWN_NAME}: ${text}\n`);
  return exitCode;
}

/** The tool's argv[0], and PATH where it has to be another one for that. */
function calledAs(client: Client, { path, skip }: KnownTool): { name: RawText; changed: readonly Variable[] } {
  const search = searchOf(client);
  const name = argumentZero({ called: client.call.argv[skip - 1], path }, search);
  if (name.includes("/")) return { name, changed: [] };
  const seen = pathPastStandIns(name, path, search);
  if (seen === undefined) return { name: path, changed: [] };
  return { name, changed: seen === search.path ? [] : [["PATH", seen]] };
}

function searchOf({ call }: Client): ToolSearch {
  return {
    path: variable(call.environment, "PATH"),
    // Names a directory that has been removed, too, where nothing can be found but by `..`.
    cwd: call.cwd ?? "/proc/self/cwd",
    self: identifySelf(),
  };
}

function findTool(client: Client): KnownTool | undefined {
  const { name, skip } = toolOf(client.call.argv);
  const { path } = resolveRealTool(name, {
    ...searchOf(client),
    // Called by a tool of ours twice in a row: it may be another wrapper, which found us behind itself.
    passOver: Math.max(0, client.depth - 2),
  });
  return path === undefined ? undefined : { path, skip };
}

/** execvp(3) hands a script without an interpreter line to the shell, so that is what a build is used to. */
function becomeOrInterpret(program: Program): never {
  try {
    return becomeProgram(program);
  } catch (error) {
    if (!(error instanceof Error && isErrno(error.cause, "ENOEXEC"))) throw error;
    const shell = "/bin/sh";
    return becomeProgram({ ...program, path: shell, argv: [shell, program.path, ...program.argv.slice(1)] });
  }
}

function reportMissing({ call }: Client): number {
  const { name } = toolOf(call.argv);
  if (name.includes("/")) return fail(NOT_FOUND, `cannot find "${showRaw(name)}", or it cannot be executed`);
  const text = `cannot find the real "${showRaw(name)}" on PATH: install it, or put its directory on PATH`;
  return fail(NOT_FOUND, text);
}
