// Paths of the machine and of the process itself, which are no files of anybody's and say nothing about a result.

import { type RawText, withoutEmptySteps } from "../core/raw-text.ts";

/**
 * True if `path` reaches a file through a magic link of /proc: the working directory or root of a process, or what its
 * descriptor leads to. Which file that is, nobody can tell later.
 */
export function isMagicPath(path: RawText): boolean {
  return isOfMachine(path) && MAGIC.test(path);
}

/** True for `/proc`, `/dev/…`, `/sys/…`: the first question about every path, mostly decided by one letter. */
function isOfMachine(path: RawText): boolean {
  switch (path.charCodeAt(1)) {
    case 0x64: // d
      return path.startsWith("/dev/");
    case 0x70: // p
      return path.startsWith("/proc");
    case 0x73: // s
      return path.startsWith("/sys/");
    default:
      return false;
  }
}

const MAGIC = /^\/proc\/(self|thread-self|[0-9]+)(\/task\/[0-9]+)?\/((cwd|root)(\/|$)|fd\/[0-9]+\/|map_files\/)/;

/** True if `path` names a descriptor of a process: `/dev/stdin`, `/dev/fd/3`, `/proc/self/fd/3` (proc(5)). */
export function namesDescriptor(path: RawText): boolean {
  const plain = withoutEmptySteps(path);
  return isOfMachine(plain) && DESCRIPTOR.test(plain);
}

/** True if it is that of standard input, which only the caller gives. */
export function namesStandardInput(path: RawText): boolean {
  return /(?:stdin|fd\/0)$/.test(path) && namesDescriptor(path);
}

const DESCRIPTOR = /^\/dev\/(stdin|fd\/[0-9]+)$|^\/proc\/(self|thread-self|[0-9]+)(\/task\/[0-9]+)?\/fd\/[0-9]+$/;

/** True if looks at `path`, and writes to it, have no place in an observation. */
export function isIgnoredPath(path: RawText): boolean {
  if (!isOfMachine(path)) return false;
  return EXACT.has(path) || PATTERNS.some((pattern) => pattern.test(path));
}

const EXACT: ReadonlySet<RawText> = new Set([
  // Sinks, sources of nothing, the terminal (its answers are recorded apart) and randomness: gcc -flto asks for random
  // symbol names, which does not make its result wrong; `usedRandom` of the observation tells.
  "/dev/full",
  "/dev/null",
  "/dev/random",
  "/dev/stderr",
  "/dev/stdin",
  "/dev/stdout",
  "/dev/tty",
  "/dev/urandom",
  "/dev/zero",
  // How big and busy the machine is: sets limits of heaps and numbers of threads. The model of the processor also
  // stands in cpuinfo, with clock rates that never are the same twice; -march=native asks the processor itself.
  "/proc/cpuinfo",
  "/proc/filesystems",
  "/proc/loadavg",
  "/proc/meminfo",
  "/proc/stat",
  "/sys/devices/system/cpu/online",
  "/sys/devices/system/cpu/possible",
]);

const PATTERNS: readonly RegExp[] = [
  /^\/dev\/fd(\/|$)/,
  // A process looking at itself or its relatives; our own buffer is reached this way.
  /^\/proc\/(self|thread-self|[0-9]+)(\/|$)/,
  /^\/proc$/,
  // The allocator's and the runtime's questions about memory and processors.
  /^\/proc\/sys\/vm\//,
  /^\/sys\/fs\/cgroup(\/|$)/,
  /^\/sys\/kernel\/mm\//,
];
