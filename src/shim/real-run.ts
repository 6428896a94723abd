// Becoming the real tool: this process's program is replaced, so signals, terminal and exit code are the tool's own.
// This is what happens whenever the cache has nothing to say, whatever the cause.

import { openSync, writeSync } from "node:fs";
import { isErrno, ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { becomeProgram, type Program, replaceDescriptor } from "../sys/libc.ts";
import { OWN_NAME, resolveRealTool, toolOf } from "../sys/real-tool.ts";
import { identifySelf } from "../sys/self-image.ts";
import type { Client } from "./client.ts";
import { handOverDescriptors } from "./descriptors.ts";
import { DEPTH_VARIABLE, type Variable, variable, withVariables } from "./variables.ts";

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
 * The tool as it is to be started: under its absolute path, by which relocated compilers find their parts, and with the
 * caller's environment, our depth and `variables` laid over it.
 * @throws {ZccacheError} `DAEMON_ANSWER` if the caller has not as many arguments.
 */
export function toolProgram({ call, depth }: Client, tool: KnownTool, variables: readonly Variable[] = []): Program {
  if (tool.skip > call.argv.length) {
    throw new ZccacheError("DAEMON_ANSWER", `Cannot leave out ${tool.skip} of ${call.argv.length} arguments`);
  }
  return {
    path: tool.path,
    argv: [tool.path, ...call.argv.slice(tool.skip)],
    environment: withVariables(call.environment, [...variables, [DEPTH_VARIABLE, String(depth)]]),
  };
}

/** Writes one line for the user. @returns the exit code. */
export function fail(exitCode: number, text: string): number {
  writeSync(2, `${OWN_NAME}: ${text}\n`);
  return exitCode;
}

function findTool({ call, depth }: Client): KnownTool | undefined {
  const { name, skip } = toolOf(call.argv);
  const found = resolveRealTool(name, {
    path: variable(call.environment, "PATH"),
    // Names a directory that has been removed, too, where nothing can be found but by `..`.
    cwd: call.cwd ?? "/proc/self/cwd",
    self: identifySelf(),
    // Called by a tool of ours twice in a row: it may be another wrapper, which found us behind itself.
    passOver: Math.max(0, depth - 2),
  });
  return found === undefined ? undefined : { path: found.path, skip };
}

/** execvp(3) hands a script without an interpreter line to the shell, so that is what a build is used to. */
function becomeOrInterpret(program: Program): never {
  try {
    return becomeProgram(program);
  } catch (error) {
    if (!(error instanceof Error && isErrno(error.cause, "ENOEXEC"))) throw error;
    const shell = "/bin/sh";
    return becomeProgram({ ...program, path: shell, argv: [shell, ...program.argv] });
  }
}

function reportMissing({ call }: Client): number {
  const { name } = toolOf(call.argv);
  if (name.includes("/")) return fail(NOT_FOUND, `cannot find "${showRaw(name)}", or it cannot be executed`);
  const text = `cannot find the real "${showRaw(name)}" on PATH: install it, or put its directory on PATH`;
  return fail(NOT_FOUND, text);
}
