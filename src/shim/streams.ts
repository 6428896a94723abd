// Moving bytes between descriptors, all of them, however small the pieces that the other side takes.

import { closeSync, openSync, readSync, constants as system, writeSync } from "node:fs";
import { constants } from "node:os";
import { isErrno } from "../core/errors.ts";
import { type RawText, rawFromString } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { dieBySignal } from "../sys/processes.ts";

const CHUNK_BYTES = 1 << 16;

/**
 * Writes all bytes to a stream of the caller. One who has stopped reading ends us by SIGPIPE, as it would have ended a
 * tool. That the caller ignored that signal can't be told: Bun does so itself from its start on.
 */
export function writeFully(fd: number, bytes: Uint8Array): void {
  try {
    writeAll(fd, bytes);
  } catch (error) {
    if (isErrno(error, "EPIPE")) dieBySignal(constants.signals.SIGPIPE);
    if (!isErrno(error, "EBADF", "ECONNRESET")) throw error;
  }
}

/** Writes the content of file `from`, from the byte `start` on, to a stream of the caller. @returns where it ends. */
export function passOn(from: number, to: number, start = 0): number {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let position = start; ; ) {
    const length = readSync(from, chunk, 0, CHUNK_BYTES, position);
    if (length === 0) return position;
    writeFully(to, chunk.subarray(0, length));
    position += length;
  }
}

/** Reads a stream to its end into a file that is open for writing. */
export function drain(from: number, to: number): void {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (;;) {
    const length = readSome(from, chunk);
    if (length === 0) return;
    writeAll(to, chunk.subarray(0, length));
  }
}

/** Creates `path`, which must not exist, for our user only and with the content of file `from` (open(2)). */
export function copyToNewFile(from: number, path: RawText): void {
  const flags = system.O_WRONLY | system.O_CREAT | system.O_EXCL | system.O_NOFOLLOW;
  const to = openSync(fsPath(path), flags, 0o600);
  try {
    const source = openSync(descriptorPath(from), "r");
    try {
      drain(source, to);
    } finally {
      closeSync(source);
    }
  } finally {
    closeSync(to);
  }
}

/** A path that opens the file behind a descriptor anew, at its first byte (proc(5)). */
export function descriptorPath(fd: number): RawText {
  return rawFromString(`/proc/self/fd/${fd}`);
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    at += retry(() => writeSync(fd, bytes, at, bytes.length - at)) ?? 0;
  }
}

function readSome(fd: number, chunk: Buffer): number {
  for (;;) {
    const length = retry(() => readSync(fd, chunk, 0, chunk.length, null));
    if (length !== undefined) return length;
  }
}

/** Undefined after a wait, if the descriptor is one of those that never block and had nothing to give or take. */
function retry(call: () => number): number | undefined {
  try {
    return call();
  } catch (error) {
    if (isErrno(error, "EINTR")) return undefined;
    if (!isErrno(error, "EAGAIN")) throw error;
    Bun.sleepSync(1);
    return undefined;
  }
}
