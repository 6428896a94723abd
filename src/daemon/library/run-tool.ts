// A tool that the daemon runs itself, for clients that cannot run it in their own process tree: in a process group of
// its own, which is killed at once when the client goes away. The daemon never blocks on it.

import { closeSync, openSync, statSync } from "node:fs";
import { constants } from "node:os";
import { isErrno } from "../../core/errors.ts";
import { type RawText, showRaw } from "../../core/raw-text.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { isRunning } from "../../sys/process-kill.ts";
import { type Program, spawnProgram, waitForChild } from "../../sys/processes.ts";
import { beNice } from "../lineage.ts";
import { CapturedStream } from "./captured-stream.ts";
import { goneError } from "./gone.ts";
import { refused } from "./refused.ts";

/** What to run, and where. */
export type ToolStart = Program & {
  /** Absolute. */
  readonly cwd: RawText;
  /** File that is its standard input; undefined: the null device. */
  readonly stdinFile: RawText | undefined;
  /** Nice value, 0 as the daemon's own (setpriority(2)). */
  readonly nice: number;
};

/** How it ended. Disposing it gives up the streams. */
export type ToolEnd = Disposable & {
  /** 0 where a signal killed it. */
  readonly exitCode: number;
  readonly signal: number | undefined;
  readonly stdout: CapturedStream;
  readonly stderr: CapturedStream;
};

// A wake-up that got lost would be noticed after so long.
const LONGEST_WAIT_MS = 100;

/**
 * Runs a tool to its end. Its descriptors are 0 to 2 and no others.
 * @param started Told its pid, which is its process group's; the result is disposed when it has ended, before the pid can
 * be another's.
 * @throws {ZccacheError} `BAD_REQUEST` naming the tool if it cannot be started; `CONNECTION_CLOSED` if the client goes
 * away: the whole process group has been killed then.
 */
export async function runTool(
  tool: ToolStart,
  gone: AbortSignal,
  started?: (pid: number) => Disposable,
): Promise<ToolEnd> {
  if (gone.aborted) throw goneError();
  using unused = new DisposableStack();
  const stdout = unused.use(new CapturedStream());
  const stderr = unused.use(new CapturedStream());
  const pid = start(tool, [stdout, stderr]);
  const known = started?.(pid);
  const kill = () => killGroup(pid);
  gone.addEventListener("abort", kill, { once: true });
  running.add(pid);
  try {
    await ended(pid);
  } finally {
    running.delete(pid);
    known?.[Symbol.dispose]();
    gone.removeEventListener("abort", kill);
  }
  // Of those that outlive it the group is still theirs, so its number is nobody else's.
  if (gone.aborted) killGroup(pid);
  const end = waitForChild(pid);
  if (gone.aborted) throw goneError();
  const streams = unused.move();
  return { ...end, stdout, stderr, [Symbol.dispose]: () => streams.dispose() };
}

function start(tool: ToolStart, streams: readonly [CapturedStream, CapturedStream]): number {
  const stdin = openSync(fsPath(tool.stdinFile ?? "/dev/null"), "r");
  try {
    const [out, err] = streams;
    const descriptors = [
      [stdin, 0],
      [out.fd, 1],
      [err.fd, 2],
    ] as const;
    const pid = spawnProgram(tool, descriptors, tool.cwd);
    beNice(pid, tool.nice);
    return pid;
  } catch (cause) {
    throw refused(`start "${showRaw(tool.path)}"`, whyNot(cause, tool), cause);
  } finally {
    closeSync(stdin);
  }
}

function whyNot(error: unknown, { cwd }: ToolStart): string {
  if (statSync(fsPath(cwd), { throwIfNoEntry: false })?.isDirectory() !== true) {
    return `"${showRaw(cwd)}" is no directory`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  if (isErrno(cause, "ENOENT")) return "there is no such file";
  return cause instanceof Error ? cause.message : String(error);
}

const running = new Set<number>();

/** A daemon that ends leaves nobody who would want what these do, and clients that run them again. */
function killAll(): void {
  for (const leader of running) killGroup(leader);
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, constants.signals.SIGKILL);
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
}

/** Waits until the process has ended; it is still there to be waited for. */
async function ended(pid: number): Promise<void> {
  while (isRunning(pid)) await childChanged();
}

let next = Promise.withResolvers<void>();
let isListening = false;

/** Until some child ends; one handler for all that wait, kept so that no end is missed between a look and the wait. */
async function childChanged(): Promise<void> {
  if (!isListening) process.on("SIGCHLD", wake).on("exit", killAll);
  isListening = true;
  const timer = setTimeout(wake, LONGEST_WAIT_MS);
  await next.promise;
  clearTimeout(timer);
}

function wake(): void {
  next.resolve();
  next = Promise.withResolvers<void>();
}
