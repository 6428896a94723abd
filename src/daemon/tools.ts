// What the daemon knows of the real tools it met: which of them can't be traced, and why.

import type { RawText } from "../core/raw-text.ts";
import { showRaw } from "../core/raw-text.ts";
import { inspectProgram } from "../tracer/inspect-program.ts";
import type { TrialVerdict } from "../tracer/trial.ts";
import type { TracerVerdicts } from "./tracer-verdicts.ts";

/** A program by its path and the state of its file, content included. */
export type Program = { readonly path: RawText; readonly state: string };

type HoldTrial = (program: Program, variable: Variable) => Promise<TrialVerdict>;
type Variable = (name: RawText) => RawText | undefined;

/** How tools are tried, and where verdicts are kept beyond this daemon. */
export type Trials = {
  readonly kept: Pick<TracerVerdicts, "get" | "keep" | "entries">;
  /** False once another file has taken the program's place: what a trial shows may be the other one's doing. */
  readonly isStill: (program: Program) => boolean;
  /** May reject: then the tool counts as untried. */
  readonly hold: HoldTrial;
  /** The part that no result waits for. */
  readonly holdFurther: HoldTrial;
};

/** Tools by the state of their file (content included), so that an exchanged tool is judged anew. */
export class Tools {
  readonly #verdicts = new Map<string, { path: RawText; reason: string | undefined }>();
  readonly #proven = new Set<string>();
  readonly #trials: Trials | undefined;
  readonly #today: () => number;
  /** Of this daemon's life: by program, and which of the tools that callers name have been led to one. */
  readonly #held = new Map<string, Promise<TrialVerdict>>();
  readonly #tried = new Set<string>();
  readonly #ledTo = new Map<string, Set<Program>>();
  readonly #untried = new Map<string, string>();

  /**
   * @param trials Without them every tool is trusted that nothing speaks against.
   * @param today Number of the day.
   */
  constructor(trials?: Trials, today: () => number = dayOfNow) {
    this.#trials = trials;
    this.#today = today;
  }

  /** Why this tool can't be traced; undefined if nothing speaks against it. Its file is read once per content. */
  untraceable(path: RawText, state: string): string | undefined {
    const tool = nameOf({ path, state });
    const known = this.#verdicts.get(tool);
    if (known !== undefined) return known.reason;
    const reason = this.#keptReason(tool) ?? this.#keptReason(this.#forToday(tool)) ?? inspectProgram(path);
    this.#verdicts.set(tool, { path, reason });
    return reason;
  }

  /**
   * Learns from a run. A tool whose first runs leave an incomplete trace is not traced again; one that was traced in
   * full before was only unlucky, or was asked for something special. Later daemons are told for the rest of the day,
   * unless a trial went well: what a run shows may lie in what the tool was asked for, so it must not hold for good.
   * @param incomplete Why the trace is incomplete; undefined if it is not.
   */
  judge(path: RawText, state: string, incomplete: string | undefined): void {
    const tool = nameOf({ path, state });
    if (incomplete === undefined) this.#proven.add(tool);
    else if (!this.#proven.has(tool) && THE_TOOLS_FAULT.test(incomplete)) {
      this.#verdicts.set(tool, { path, reason: incomplete });
      if (this.#trials?.kept.get(tool) === undefined) this.#keepForToday(tool, incomplete);
    }
  }

  /** True if this tool's trial has to be asked for before its result may be stored. */
  needsTrial(path: RawText, state: string): boolean {
    const tool = nameOf({ path, state });
    return this.#trials !== undefined && !this.#tried.has(tool) && this.#trials.kept.get(tool) === undefined;
  }

  /**
   * Holds the trial of the program that a tool is in the end, once per content, or waits for the one that is held.
   * A tool that it found out is `untraceable` from then on; one that could not be tried is trusted. The further part of
   * the trial goes on behind this: results of a few tenths of a second are stored before it speaks, and not used after
   * it did.
   * @param variable Of the caller's environment.
   * @returns why a result of the tool is not to be stored though nothing speaks against the tool.
   */
  async tried(tool: Program, program: Program, variable: Variable): Promise<string | undefined> {
    const leading = this.#ledTo.get(nameOf(program)) ?? new Set();
    this.#ledTo.set(nameOf(program), leading.add(tool));
    const verdict = await this.#verdictOn(program, variable);
    if (verdict === REPLACED) return REPLACED.reason;
    this.#tried.add(nameOf(tool));
    if (verdict.kind === "untried") this.#untried.set(nameOf(tool), `${showRaw(tool.path)}: ${verdict.reason}`);
    if (verdict.kind === "untraceable") this.#giveUp(program, verdict.reason);
    return undefined;
  }

  /** One line per untraceable tool, for `status`; those of earlier daemons included. */
  report(): string[] {
    const lines = new Set<string>();
    for (const { path, reason } of this.#verdicts.values())
      if (reason !== undefined) lines.add(`${showRaw(path)}: ${reason}`);
    for (const [tool, verdict] of this.#trials?.kept.entries() ?? []) {
      const [path = "", , day] = tool.split("\0");
      const holds = day === undefined || Number(day) === this.#today();
      if (verdict.kind === "untraceable" && holds) lines.add(`${showRaw(path)}: ${verdict.reason}`);
    }
    return [...lines];
  }

  /** One line per tool that is traced without proof that nothing escapes: its trial could not be held. */
  untriedReport(): string[] {
    return [...this.#untried.values()];
  }

  #keptReason(tool: string): string | undefined {
    const kept = this.#trials?.kept.get(tool);
    return kept?.kind === "untraceable" ? kept.reason : undefined;
  }

  #keepForToday(tool: string, reason: string): void {
    this.#trials?.kept.keep(this.#forToday(tool), { kind: "untraceable", reason });
  }

  /** The name of a verdict that holds for today only; others' names have no third part. */
  #forToday(tool: string): string {
    return `${tool}\0${this.#today()}`;
  }

  /** No tool that led to this program is traced again. */
  #giveUp(program: Program, reason: string): void {
    for (const tool of this.#ledTo.get(nameOf(program)) ?? []) {
      this.#verdicts.set(nameOf(tool), { path: tool.path, reason });
      // A wrapper is what its program is as long as it leads there, which nothing but a run shows.
      if (nameOf(tool) !== nameOf(program)) this.#keepForToday(nameOf(tool), reason);
    }
  }

  #verdictOn(program: Program, variable: Variable): Promise<TrialVerdict> {
    const name = nameOf(program);
    const kept = this.#trials?.kept.get(name);
    if (kept !== undefined) return Promise.resolve(kept);
    const held = this.#held.get(name) ?? this.#hold(program, variable);
    this.#held.set(name, held);
    return held;
  }

  async #hold(program: Program, variable: Variable): Promise<TrialVerdict> {
    const verdict = await settled(this.#trials?.hold, program, variable);
    if (this.#trials?.isStill(program) === false) {
      this.#held.delete(nameOf(program));
      return REPLACED;
    }
    if (verdict.kind === "untraceable") this.#trials?.kept.keep(nameOf(program), verdict);
    if (verdict.kind === "traced") void this.#holdFurther(program, variable, verdict.looks);
    return verdict;
  }

  /** A verdict is kept when both parts are done. */
  async #holdFurther(program: Program, variable: Variable, looks: number): Promise<void> {
    const further = await settled(this.#trials?.holdFurther, program, variable);
    if (this.#trials?.isStill(program) === false) return;
    const more = further.kind === "traced" ? further.looks : 0;
    const verdict = further.kind === "untraceable" ? further : ({ kind: "traced", looks: looks + more } as const);
    this.#trials?.kept.keep(nameOf(program), verdict);
    if (verdict.kind === "untraceable") this.#giveUp(program, verdict.reason);
  }
}

/** The verdict; whatever keeps a trial from being held says nothing about the tool. */
async function settled(hold: HoldTrial | undefined, program: Program, variable: Variable): Promise<TrialVerdict> {
  try {
    return hold === undefined ? { kind: "untried", reason: "no trials are held" } : await hold(program, variable);
  } catch (error) {
    return { kind: "untried", reason: error instanceof Error ? error.message : String(error) };
  }
}

const REPLACED: TrialVerdict & { readonly kind: "untried" } = {
  kind: "untried",
  reason: "another file took its place while it was on trial",
};

const DAY_MS = 86_400_000;

function dayOfNow(): number {
  return Math.floor(Date.now() / DAY_MS);
}

function nameOf({ path, state }: Program): string {
  return `${path}\0${state}`;
}

// Other gaps (a file that changed, a full buffer) are the run's own.
const THE_TOOLS_FAULT = /^(untraceable program|untraced program|the tool left no record|unseen work|processes outlive)/;
