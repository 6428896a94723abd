// A program in a process group of its own, as an interactive shell starts its jobs: to be signalled alone or as a group.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../support/run.ts";
import { until } from "../support/until.ts";

/** How a job is started. `directory` takes its notes and must not exist. */
export type JobOptions = { readonly env: Environment; readonly cwd: string; readonly directory: string };

/** What became of it; 128 + n for a job that signal n killed. */
export type JobEnd = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** A job that runs. */
export type Job = { readonly pid: number; readonly ended: Promise<JobEnd>; signalGroup(signal: NodeJS.Signals): void };

// Job control gives the program its own group and, unlike a new session, leaves it one that can be stopped. `wait` returns
// for one that is stopped (128 + SIGSTOP or SIGTSTP), and ends loops; `wait -f` does not, but bash 5.2 may lose the job in it
// when that is killed, and waits for ever: once in some hundred times.
const SHELL = `ended() { wait "$1"; local code=$?; case $code in 147 | 148) sleep 0.01; ended "$1" ;; *) return $code ;; esac; }
set -m; "\${@:2}" </dev/null >"$1/out" 2>"$1/err" & echo $! >"$1/pid.new"; mv "$1/pid.new" "$1/pid"
ended $! 2>/dev/null; echo $? >"$1/rc"`;

/** Starts `command`. */
export async function startJob(command: readonly string[], { env, cwd, directory }: JobOptions): Promise<Job> {
  mkdirSync(directory);
  // Its number may be known before it has opened them itself.
  for (const name of ["out", "err"]) writeFileSync(join(directory, name), "");
  const shell = spawn("/bin/bash", ["-c", SHELL, "job", directory, ...command], { cwd, env, stdio: "ignore" });
  const ended = Promise.withResolvers<JobEnd>();
  const note = (name: string) => readFileSync(join(directory, name), "utf8");
  shell.once("exit", () => ended.resolve({ exitCode: Number(note("rc")), stdout: note("out"), stderr: note("err") }));
  await until(() => existsSync(join(directory, "pid")), "the job to start");
  const pid = Number(note("pid"));
  return { pid, ended: ended.promise, signalGroup: (signal) => void process.kill(-pid, signal) };
}

/** Process ids, sorted, of those that run (zombies do not) with `mark` in their arguments. */
export function processesWith(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => read(pid, "cmdline").includes(mark) && !"ZX".includes(stateOf(pid)));
}

/** First argument of a process as it was started (proc(5), cmdline); "" once it is gone. */
export function programOf(pid: number): string {
  return read(pid, "cmdline").split("\0", 1)[0] ?? "";
}

/** State letter of a process (proc(5)); "X" once it is gone. */
export function stateOf(pid: number): string {
  return /\) (\w)/.exec(read(pid, "stat"))?.[1] ?? "X";
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
