// A miss: this process runs the tool for the daemon, so that limits, umask, job server, terminal, process group and
// signals are the caller's, and a daemon that dies never takes a compile with it.

import { fstatSync, openSync, readSync } from "node:fs";
import { type RawText, rawFromBytes } from "../core/raw-text.ts";
import type { Variable } from "../core/variable.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import type { ExecDoneRequest, ExecResponse } from "../ipc/messages.ts";
import { fault } from "../sys/fault.ts";
import { fsPath } from "../sys/fs-path.ts";
import { createMemoryFile } from "../sys/libc.ts";
import { dieBySignal, spawnProgram } from "../sys/processes.ts";
import { type ChildEnd, watchChild } from "./child.ts";
import type { Client } from "./client.ts";
import { handOverDescriptors } from "./descriptors.ts";
import { type Patience, patienceOf } from "./patience.ts";
import { toolProgram } from "./real-run.ts";
import { passOn } from "./streams.ts";

// Captured streams above this size are passed on but not reported: a frame holds 16 MiB.
const MAX_REPORTED_BYTES = 8 * 1024 * 1024;

/** Memory files in place of both output streams, the same one twice where the caller's are one file, and what of them was passed on. */
type Capture = { readonly stdout: number; readonly stderr: number; readonly passed: [stdout: number, stderr: number] };

/**
 * Runs the tool, passes its output on, reports, and waits until the daemon has what it needs. Ends by the signal that
 * ended the tool. @returns the tool's exit code.
 * @throws {ZccacheError} `SYSTEM_CALL` if the tool could not be started: then nothing has happened yet.
 */
export async function runForDaemon(exec: ExecResponse, client: Client, daemon: ClientConnection): Promise<number> {
  const capture = openCapture(client.call.sameStreams);
  const end = await run(exec, client, capture);
  fault("client.ran");
  const released = report(daemon, reportOf(exec.job, end, capture), patienceOf(client.settings));
  passOnRest(capture);
  await released;
  return end.signal === undefined ? end.exitCode : dieBySignal(end.signal);
}

function openCapture(sameStreams: boolean): Capture {
  const stdout = createMemoryFile("zccache-stdout");
  return { stdout, stderr: sameStreams ? stdout : createMemoryFile("zccache-stderr"), passed: [0, 0] };
}

/** What has come since the last time. */
function passOnRest({ stdout, stderr, passed }: Capture): void {
  passed[0] = passOn(stdout, 1, passed[0]);
  if (stderr !== stdout) passed[1] = passOn(stderr, 2, passed[1]);
}

async function run(exec: ExecResponse, client: Client, capture: Capture): Promise<ChildEnd> {
  const tool = { path: rawFromBytes(exec.path), skip: exec.skip };
  const variables = exec.set_env.map(([name, value]): Variable => [rawFromBytes(name), rawFromBytes(value)]);
  const descriptors: [number, number][] = [
    [capture.stdout, 1],
    [capture.stderr, 2],
  ];
  const stdin = exec.stdin_file === undefined ? client.stdin : rawFromBytes(exec.stdin_file);
  if (stdin !== undefined) descriptors.push([openForReading(stdin), 0]);
  handOverDescriptors(client.inherited);
  const program = toolProgram(client, tool, variables);
  const follow = (): void => {
    try {
      passOnRest(capture);
    } catch {
      // What can't be written now is tried again at the end, when it is told.
    }
  };
  const watched = { start: () => spawnProgram(program, descriptors), follow };
  return await watchChild(watched, client.call.ignoredSignals);
}

function openForReading(path: RawText): number {
  return openSync(fsPath(path), "r");
}

function reportOf(job: number, end: ChildEnd, { stdout, stderr }: Capture): ExecDoneRequest {
  const merged = stdout === stderr;
  const sizes = [fstatSync(stdout).size, merged ? 0 : fstatSync(stderr).size] as const;
  const tooLarge = sizes[0] + sizes[1] > MAX_REPORTED_BYTES;
  return {
    type: "ExecDone",
    job,
    exit_code: end.exitCode,
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    stdout: contentOf(stdout, tooLarge ? 0 : sizes[0]),
    stderr: contentOf(stderr, tooLarge ? 0 : sizes[1]),
    merged,
    too_large: tooLarge,
  };
}

function contentOf(fd: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  return bytes.subarray(0, size === 0 ? 0 : readSync(fd, bytes, 0, size, 0));
}

/**
 * Waits until the daemon has copied the outputs, which the build may rename or strip the next moment; one that gives no
 * sign of life will see that we have left. Never rejects: the tool has run, and what the daemon makes of it is no
 * concern of the build.
 */
async function report(
  daemon: ClientConnection,
  message: ExecDoneRequest,
  { nextSignMs }: Pick<Patience, "nextSignMs">,
): Promise<void> {
  try {
    daemon.send(message);
    fault("client.reported");
    for (;;) {
      const reply = await daemon.receive(nextSignMs);
      if (reply === "closed" || reply.type !== "Working") return;
    }
  } catch {
    // As above.
  }
}
