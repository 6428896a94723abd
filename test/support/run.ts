// Runs one program of a test or benchmark to its end and keeps what it said. Its streams are files, as a shell's
// redirections would be: what Bun calls a pipe is a socket pair, which /dev/stdout and some tools do not take.

import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Environment of a program: all of it, nothing is inherited. */
export type Environment = Readonly<Record<string, string>>;

/** How a program is run. Without `env` it gets the environment of the tests. */
export type RunOptions = {
  readonly env?: Environment;
  readonly cwd?: string;
  /** Milliseconds until it is killed by SIGKILL; ten minutes without it. */
  readonly timeout?: number;
  /** Called with the process id once it has started. */
  readonly started?: (pid: number) => void;
};

/** What a program did. */
export type Finished = {
  /** Exit code; 128 + n for a program killed by signal n, as a shell says it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
};

const TEN_MINUTES = 600_000;

/**
 * Runs `command` with an empty standard input.
 * @throws {Error} When it cannot be started or takes longer than `timeout`.
 */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error("Cannot run nothing: the command is empty");
  const streams = mkdtempSync(join(tmpdir(), "zcc-run-"));
  try {
    const began = performance.now();
    const exitCode = await finish(program, args, { ...options, streams });
    const seconds = (performance.now() - began) / 1000;
    const read = (name: string): string => readFileSync(join(streams, name), "utf8");
    return { exitCode, stdout: read("stdout"), stderr: read("stderr"), seconds };
  } finally {
    rmSync(streams, { recursive: true, force: true });
  }
}

/**
 * Like `run`, for programs that have to succeed.
 * @throws {Error} With both streams in the message when the exit code is not 0.
 */
export async function mustRun(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const result = await run(command, options);
  if (result.exitCode === 0) return result;
  const said = [result.stdout, result.stderr].filter((text) => text !== "").join("\n");
  throw new Error(`Cannot run "${command.join(" ")}": exit code ${result.exitCode}\n${said.slice(-4000)}`);
}

async function finish(program: string, args: string[], options: RunOptions & { streams: string }): Promise<number> {
  const out = openSync(join(options.streams, "stdout"), "w");
  const err = openSync(join(options.streams, "stderr"), "w");
  const timeout = options.timeout ?? TEN_MINUTES;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  try {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", out, err],
    });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`Cannot wait for "${program}": still running after ${timeout} ms`));
    }, timeout);
    child.once("error", (cause) => {
      clearTimeout(timer);
      reject(new Error(`Cannot run "${program}": ${cause.message}`, { cause }));
    });
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? 128 + signalNumber(signal));
    });
    if (child.pid !== undefined) options.started?.(child.pid);
    return await promise;
  } finally {
    closeSync(out);
    closeSync(err);
  }
}

function signalNumber(signal: string | null): number {
  const numbers: Record<string, number> = {
    SIGHUP: 1,
    SIGINT: 2,
    SIGQUIT: 3,
    SIGABRT: 6,
    SIGKILL: 9,
    SIGSEGV: 11,
    SIGPIPE: 13,
    SIGTERM: 15,
  };
  return numbers[signal ?? ""] ?? 0;
}
