// The trial of a tool: small tasks in a folder of their own, which the witness watches beside the tracer. It is a run
// of its own, never the caller's: under ptrace that one would take its signals and stops another way, and a witness that
// dies would take it along.

import { closeSync, mkdtempSync, openSync, promises, readSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { type RawText, rawFromString, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { realPathIfAny } from "../sys/real-path.ts";
import type { SelfImage } from "../sys/self-image.ts";
import { turns } from "../sys/turn.ts";
import { createTraceBuffer } from "./buffer.ts";
import { missedLooks } from "./missed-looks.ts";
import { readRecords } from "./read-records.ts";
import { tasksOf, writeSources } from "./trial-tasks.ts";
import { type Witnessed, type WitnessedProgram, witness } from "./witness.ts";

/** What a trial showed. `untried`: nothing about the tool, because the trial could not be held. */
export type TrialVerdict =
  | { readonly kind: "traced" /** Looks that were compared. */; readonly looks: number }
  | { readonly kind: "untraceable"; readonly reason: string }
  | { readonly kind: "untried"; readonly reason: string };

/** Where and how a trial is held. */
export type TrialPlace = {
  /** Unpacked tracer. */
  readonly library: RawText;
  /** An existing directory, in which a folder "trial-<our pid>-…" is made and removed again. */
  readonly directory: RawText;
  /** Our own executable, which stands in for tools along the caller's PATH. */
  readonly self: SelfImage;
  /** False once another file has taken the tool's place, which is never started. */
  readonly isStill: () => boolean;
  /** Of the caller: where programs and libraries are looked for. Nothing else is handed on. */
  readonly variable: (name: RawText) => RawText | undefined;
};

/** Ten times of what a loaded machine needs. */
const LIMIT_MS = 20_000;

/**
 * Has `tool` do what its name says it is for, on a few lines, and compares what the kernel was asked for with what the
 * tracer recorded. A compiler driver compiles C. No file outside of the folder is written.
 * @param tool Absolute path. A script is not tried, it may do more than it is asked for.
 * @throws {ZccacheError} `SYSTEM_CALL`, or a system error of node:fs, when there is no room for a trial.
 */
export function holdTrial(tool: RawText, place: TrialPlace): Promise<TrialVerdict> {
  return inFolder(tool, place, async (run, folder) => {
    const { reads, first } = tasksOf(tool);
    const found = await run(first);
    return typeof found === "string" ? untried(found) : judge(found, reads, folder);
  });
}

/**
 * The second part of the trial of a tool that was found traced, for the programs behind it: a compiler driver compiles
 * C++ and links. It takes twice as long as the first. What the tool can't do is no fault.
 * @throws as `holdTrial` does.
 */
export function holdFurtherTrial(tool: RawText, place: TrialPlace): Promise<TrialVerdict> {
  return inFolder(tool, place, async (run, folder) => {
    let looks = 0;
    for (const args of tasksOf(tool).further) {
      const found = await run(args);
      if (typeof found === "string") continue;
      const missed = missedIn(found, folder);
      // A program that loads no library (a static linker) is no reason to give up the tool behind which it stands: runs
      // that start it are known to be incomplete by their own traces.
      if (missed.some((words) => words.startsWith("program "))) continue;
      if (missed.length > 0) return unseen(missed);
      looks += looksOf(found, folder);
    }
    return { kind: "traced", looks };
  });
}

type Try = (run: (args: readonly string[]) => Promise<StepRun | string>, folder: RawText) => Promise<TrialVerdict>;

/** Gives tasks a new folder with their sources, and takes it away when they are done. */
async function inFolder(tool: RawText, place: TrialPlace, attempt: Try): Promise<TrialVerdict> {
  const [program, library, directory] = [tool, place.library, place.directory].map(spawnable);
  if (program === undefined || library === undefined || directory === undefined) return untried("a name of odd bytes");
  if (isScript(tool)) return untried("a script");
  const folder = realpathSync(mkdtempSync(`${directory}/trial-${process.pid}-`));
  const environment = { ...environmentFor(folder, place), LD_PRELOAD: library };
  try {
    writeSources(folder);
    const run = (args: readonly string[]): Promise<StepRun | string> =>
      runStep({ library, command: [program, ...args], cwd: folder, environment }, place);
    return await attempt(run, rawFromString(folder));
  } finally {
    await promises.rm(folder, { recursive: true, force: true });
  }
}

/** What one task of a trial left. */
type StepRun = { readonly witnessed: readonly Witnessed[]; readonly trace: ReturnType<typeof readRecords> };

// On a busy machine it was seen that a child which had just stopped was not there for ptrace(2): ESRCH.
const TRIES = 3;

/** @returns Why it shows nothing, if it does not. */
async function runStep(step: WitnessedProgram, place: TrialPlace, tries = TRIES): Promise<StepRun | string> {
  if (!place.isStill()) return "another file took its place";
  using buffer = createTraceBuffer(undefined, place.self);
  const witnessed = await witness({ ...step, environment: { ...step.environment, ZCC_TRACE: buffer.path } }, LIMIT_MS);
  if (turns.isLong) await turns.next("filing");
  if (witnessed === undefined) return "the trial took too long";
  const refused = witnessed.find(({ act }) => act === "refused");
  if (refused?.error === constants.errno.ESRCH && tries > 1) return runStep(step, place, tries - 1);
  if (refused !== undefined) return `ptrace is not permitted (${errnoName(refused.error)})`;
  const trace = readRecords(buffer.read());
  if (turns.isLong) await turns.next("filing");
  return trace.damage ?? { witnessed, trace };
}

/** Little, as variables can make a compiler write elsewhere (DEPENDENCIES_OUTPUT) or start other programs. */
function environmentFor(folder: string, { variable }: TrialPlace): Record<string, string> {
  const environment: Record<string, string> = { LC_ALL: "C", TMPDIR: `${folder}/temporary` };
  for (const name of ["PATH", "LD_LIBRARY_PATH"]) {
    // An empty or relative member would have the loader search the folder of the trial.
    const members = variable(name)?.split(":") ?? [];
    const absolute = members.map((member) => (member.startsWith("/") ? spawnable(member) : undefined));
    const kept = absolute.filter((member) => member !== undefined);
    if (kept.length > 0) environment[name] = kept.join(":");
  }
  return environment;
}

function judge(run: StepRun, reads: string, folder: RawText): TrialVerdict {
  const missed = missedIn(run, folder);
  if (missed.length > 0) return unseen(missed);
  const worked = run.witnessed.some(
    ({ act, error, path }) => act === "open" && error === 0 && path.endsWith(`/${reads}`),
  );
  return worked ? { kind: "traced", looks: looksOf(run, folder) } : untried("it would not do the work of the trial");
}

function missedIn({ witnessed, trace }: StepRun, folder: RawText): string[] {
  return missedLooks(witnessed, trace.records, { folder, resolve: (path) => realPathIfAny(path) ?? path });
}

function looksOf({ witnessed }: StepRun, folder: RawText): number {
  return witnessed.filter(({ path }) => path.startsWith(`${folder}/`)).length;
}

function unseen([first = "", ...others]: readonly string[]): TrialVerdict {
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return { kind: "untraceable", reason: `a trial showed unseen work: ${first}${more}` };
}

function untried(reason: string): TrialVerdict {
  return { kind: "untried", reason };
}

/** Text as Bun.spawn takes it, which encodes it as UTF-8; undefined if the bytes are no UTF-8. */
function spawnable(text: RawText): string | undefined {
  const shown = showRaw(text);
  return rawFromString(shown) === text ? shown : undefined;
}

function isScript(path: RawText): boolean {
  const file = openSync(fsPath(path), "r");
  try {
    const head = Buffer.alloc(2);
    return readSync(file, head, 0, head.length, 0) === 2 && head.toString("latin1") === "#!";
  } finally {
    closeSync(file);
  }
}

function errnoName(error: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === error)?.[0] ?? `errno ${error}`;
}
