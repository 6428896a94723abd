// How this process was called, byte for byte: the runtime turns bytes that are no UTF-8 into U+FFFD, /proc does not.

import { fstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { type RawText, rawFromBytes, splitBlock } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { umaskIn } from "../sys/umask.ts";

/** One call of a stand-in or wrapper. */
export type Invocation = {
  /** Our own name first. */
  readonly argv: readonly RawText[];
  /** `NAME=value` strings in the caller's order. */
  readonly environment: readonly RawText[];
  /** The same two as NUL-terminated blocks, as the wire has them. */
  readonly argvBlock: Uint8Array;
  readonly environmentBlock: Uint8Array;
  /** Absolute; undefined if the directory has been removed or its path is too long to be had. */
  readonly cwd: RawText | undefined;
  readonly umask: number;
  /** Signals that the caller has ignored, which stays so in the tool (signal(7)). */
  readonly ignoredSignals: ReadonlySet<number>;
  readonly stderrIsTerminal: boolean;
  /** True if standard output and standard error are the same file, so that their order can be seen. */
  readonly sameStreams: boolean;
};

/** Reads it from /proc (proc(5)). @throws the system's error where there is no /proc. */
export function readInvocation(): Invocation {
  const argvBlock = readFileSync("/proc/self/cmdline");
  const environmentBlock = readFileSync("/proc/self/environ");
  const status = readFileSync("/proc/self/status", "latin1");
  return {
    argv: splitBlock(argvBlock),
    environment: splitBlock(environmentBlock),
    argvBlock,
    environmentBlock,
    cwd: workingDirectory(),
    umask: umaskIn(status),
    ignoredSignals: ignoredSignalsIn(status),
    stderrIsTerminal: isTerminal(2),
    sameStreams: sameFile(1, 2),
  };
}

/** The line `SigIgn:` of /proc/PID/status: a hexadecimal mask whose lowest bit is signal 1. */
export function ignoredSignalsIn(status: string): ReadonlySet<number> {
  const [, digits = "0"] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  const mask = BigInt(`0x${digits}`);
  const ignored = new Set<number>();
  for (let number = 1; number <= 64; number++) if ((mask >> BigInt(number - 1)) & 1n) ignored.add(number);
  return ignored;
}

const DELETED = " (deleted)";

function workingDirectory(): RawText | undefined {
  const path = ownDirectory();
  if (path === undefined) return undefined;
  if (!path.startsWith("/")) return undefined; // outside of the caller's root: "(unreachable)…"
  if (!path.endsWith(DELETED)) return path;
  // A directory may really have such a name.
  const named = statSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
  const own = statSync("/proc/self/cwd", { bigint: true });
  return named?.dev === own.dev && named.ino === own.ino ? path : undefined;
}

function ownDirectory(): RawText | undefined {
  try {
    return rawFromBytes(readlinkSync("/proc/self/cwd", { encoding: "buffer" }));
  } catch (error) {
    if (isErrno(error, "ENAMETOOLONG")) return undefined;
    throw error;
  }
}

// Major numbers of terminals in Linux' list of devices: consoles and serial lines, /dev/tty, pseudo-terminals (136 to
// 143), and the serial lines of USB and ARM. Asking node:tty would cost 3 ms to load it.
const TERMINALS = new Set([4, 5, 136, 137, 138, 139, 140, 141, 142, 143, 166, 188, 204, 229]);

function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() && TERMINALS.has((stats.rdev >> 8) & 0xfff);
  } catch {
    return false; // the caller has closed it
  }
}

function sameFile(one: number, other: number): boolean {
  try {
    const [a, b] = [fstatSync(one, { bigint: true }), fstatSync(other, { bigint: true })];
    return a.dev === b.dev && a.ino === b.ino;
  } catch (error) {
    if (isErrno(error, "EBADF")) return false; // the caller has closed one of them
    throw error;
  }
}
