// What trials of tools showed, kept in the cache directory for the daemons to come:
//
//   tool-trials.json ::= { "tracer": <name of the unpacked tracer>, "tools": { <path and state>: <verdict>, … } }
//
// A third part of a tool's name is the day that the verdict holds for (tools.ts); without it, it holds for that content.
// Another tracer may see more or less, so its verdicts begin anew. The file is a help only: without it, tools are tried
// again.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import * as z from "zod/mini";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { TrialVerdict } from "../tracer/trial.ts";

/** A verdict that holds as long as the tool is what it is. */
export type LastingVerdict = Exclude<TrialVerdict, { kind: "untried" }>;

/** Verdicts by a text that names the tool and its content. */
export class TracerVerdicts {
  readonly #file: RawText;
  readonly #tracer: string;
  readonly #known: Map<string, LastingVerdict>;

  /**
   * Reads what is there; what can't be read is as if it were not.
   * @param directory Where the file is, or will be.
   * @param tracer Names the tracer by its content.
   */
  constructor(directory: RawText, tracer: string) {
    this.#file = `${directory}/tool-trials.json`;
    this.#tracer = tracer;
    this.#known = readVerdicts(this.#file, tracer);
  }

  get(tool: string): LastingVerdict | undefined {
    return this.#known.get(tool);
  }

  entries(): IterableIterator<[string, LastingVerdict]> {
    return this.#known.entries();
  }

  /** Keeps a verdict; one that can't be written holds for this daemon. */
  keep(tool: string, verdict: LastingVerdict): void {
    // The oldest go first, so that compilers that are built anew each day do not pile up.
    for (const [oldest] of this.#known) {
      if (this.#known.size < MOST_TOOLS) break;
      this.#known.delete(oldest);
    }
    this.#known.set(tool, verdict);
    const staged = fsPath(`${this.#file}.${process.pid}`);
    const text = JSON.stringify({ tracer: this.#tracer, tools: Object.fromEntries(this.#known) });
    try {
      writeFileSync(staged, text, { mode: 0o600 });
      renameSync(staged, fsPath(this.#file));
    } catch {
      // A full or read-only disk: the store says so for all of us.
    }
  }
}

const MOST_TOOLS = 1000;

/** The shape of the file. Verdicts are checked one by one, so that a bad one does not take the others along. */
const KeptFile = z.object({ tracer: z.string(), tools: z.record(z.string(), z.unknown()) });
const Verdict: z.ZodMiniType<LastingVerdict> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("traced"), looks: z.number() }),
  z.object({ kind: z.literal("untraceable"), reason: z.string() }),
]);

function readVerdicts(file: RawText, tracer: string): Map<string, LastingVerdict> {
  const verdicts = new Map<string, LastingVerdict>();
  const content = KeptFile.safeParse(readJson(file));
  if (!content.success || content.data.tracer !== tracer) return verdicts;
  for (const [tool, kept] of Object.entries(content.data.tools)) {
    const verdict = Verdict.safeParse(kept);
    if (verdict.success) verdicts.set(tool, verdict.data);
  }
  return verdicts;
}

function readJson(file: RawText): unknown {
  try {
    return JSON.parse(readFileSync(fsPath(file), "utf8"));
  } catch {
    return undefined; // absent at first, or damaged
  }
}
