// The processes of a contender, and the processor time they have used: found by the directory that is all its own.

import { dlopen, FFIType, ptr } from "bun:ffi";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Processor time by process id, in milliseconds: its own and that of the children it waited for. */
export type Usage = ReadonlyMap<number, number>;

const { symbols: libc } = dlopen("libc.so.6", {
  clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
});

const STEP_MS = 100;
/** What is done behind a build's back begins at most this long after the answer: zccache gathers results for 200 ms. */
const QUIET_MS = 400;
/** A daemon that waits uses some too: two hundredths of a processor. */
const IDLE_MS_A_STEP = 2;
const LONGEST_MS = 20_000;

/** What the processes have used so far that hold a file below `directory` open or have its name in their environment. */
export function usageBelow(directory: string): Usage {
  return new Map(processesBelow(directory).map((pid) => [pid, ownTime(pid) + childrenTime(pid)]));
}

/** What they used between two looks. @throws {Error} When one of them has ended meanwhile: what it used is not known. */
export function spent(before: Usage, after: Usage): number {
  const gone = [...before.keys()].find((pid) => !after.has(pid));
  if (gone !== undefined) throw new Error(`Cannot count its processor time: its process ${gone} ended while measured`);
  return [...after].reduce((sum, [pid, time]) => sum + time - (before.get(pid) ?? 0), 0);
}

/** Waits until they have nothing left to do, 20 s at most. @returns What they have used by then. */
export async function settled(directory: string): Promise<Usage> {
  let last = usageBelow(directory);
  for (let waited = 0, quiet = 0; last.size > 0 && quiet < QUIET_MS && waited < LONGEST_MS; waited += STEP_MS) {
    await Bun.sleep(STEP_MS);
    const now = usageBelow(directory);
    quiet = isIdle(last, now) ? quiet + STEP_MS : 0;
    last = now;
  }
  return last;
}

/** Kills them all, those included that they start meanwhile. */
export async function endBelow(directory: string): Promise<void> {
  for (let pids = processesBelow(directory); pids.length > 0; pids = processesBelow(directory)) {
    for (const pid of pids) endProcess(pid);
    await Bun.sleep(20);
  }
}

/** SIGKILL; nothing if it has ended by itself. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}

/** Parent's process id; 0 once the process has ended. */
export function parentOf(pid: number): number {
  return Number(statFields(pid)[1] ?? 0);
}

function processesBelow(directory: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && belongs(pid, join(directory, "/")));
}

function belongs(pid: number, below: string): boolean {
  if (read(pid, "environ").includes(below)) return !isZombie(pid);
  return openFiles(pid).some((path) => path.startsWith(below));
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

function isZombie(pid: number): boolean {
  return statFields(pid)[0] === "Z";
}

function isIdle(before: Usage, after: Usage): boolean {
  return [...before.keys()].every((pid) => after.has(pid)) && spent(before, after) < IDLE_MS_A_STEP;
}

/** To the nanosecond, of another process too: the clock's number is made from its id (clock_getcpuclockid(3), glibc). */
function ownTime(pid: number): number {
  const time = new BigInt64Array(2);
  if (libc.clock_gettime((~pid << 3) | 2, ptr(time)) !== 0) return 0;
  const [seconds = 0n, nanoseconds = 0n] = time;
  return Number(seconds) * 1e3 + Number(nanoseconds) / 1e6;
}

/** In steps of 10 ms (proc(5), /proc/PID/stat: cutime and cstime). */
function childrenTime(pid: number): number {
  const fields = statFields(pid);
  return 10 * (Number(fields[13] ?? 0) + Number(fields[14] ?? 0));
}

/** Fields of /proc/PID/stat from the third, the state, on. */
function statFields(pid: number): string[] {
  return read(pid, "stat").split(") ").at(-1)?.split(" ") ?? [];
}

/** Content of /proc/PID/NAME; empty once the process is gone. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
