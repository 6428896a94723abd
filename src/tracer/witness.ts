// Runs a program under the witness (native/witness.c): what the kernel was asked for, by whatever means.

import { type RawText, rawFromBytes } from "../core/raw-text.ts";

/** What the witness can say: an entry's first letter (native/witness.c). */
export const ACTS = {
  o: "open",
  p: "presence",
  l: "link",
  d: "listing",
  c: "change",
  x: "program",
  "?": "foreign",
  "!": "refused",
  e: "ended",
} as const;

/** One thing that the kernel was asked for. */
export type Witnessed = {
  readonly act: (typeof ACTS)[keyof typeof ACTS];
  /** Of a thread, or of the process for `program` and `ended`. */
  readonly pid: number;
  /** errno of `open` and `refused`, status of wait(2) of `ended`; 0 of others. */
  readonly error: number;
  /** Absolute; "" where there is none. */
  readonly path: RawText;
};

/** What to run: texts as the system's interfaces of JavaScript take them. */
export type WitnessedProgram = {
  /** The tracer, which is the witness when it is executed. */
  readonly library: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * Runs a program to its end, without any stream, and gives what it did.
 * @param limitMs When it is killed with all its children.
 * @returns undefined if it had to be killed or the witness died.
 * @throws the system's error when the witness cannot be started.
 */
export async function witness(program: WitnessedProgram, limitMs: number): Promise<Witnessed[] | undefined> {
  const running = Bun.spawn([program.library, ...program.command], {
    cwd: program.cwd,
    env: { ...program.environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const report = await new Response(running.stdout).bytes();
  await running.exited;
  const entries = readReport(report);
  return entries.some(({ act }) => act === "ended" || act === "refused") ? entries : undefined;
}

/** Takes a report of the witness apart; what is no entry is left out. */
export function readReport(report: Uint8Array): Witnessed[] {
  return rawFromBytes(report)
    .split("\0")
    .flatMap((text) => {
      const [, letter = "", pid = "", error = "", path = ""] = ENTRY.exec(text) ?? [];
      const act = acts.get(letter);
      return act === undefined ? [] : [{ act, pid: Number(pid), error: Number(error), path }];
    });
}

const ENTRY = /^(.) (\d+) (\d+) (.*)$/s;

const acts: ReadonlyMap<string, Witnessed["act"]> = new Map(Object.entries(ACTS));
