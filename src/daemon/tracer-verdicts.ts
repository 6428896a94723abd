// What trials of tools showed, kept in the cache directory for the daemons to come:
//
//   tool-trials.json ::= { "tracer": <name of the unpacked tracer>, "tools": { <path and state>: <verdict>, … } }
//
// Another tracer may see more or less, so its verdicts begin anew. The file is a help only: without it, tools are tried
// again.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
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

function readVerdicts(file: RawText, tracer: string): Map<string, LastingVerdict> {
  try {
    const content: unknown = JSON.parse(readFileSync(fsPath(file), "utf8"));
    if (!isObject(content) || content["tracer"] !== tracer || !isObject(content["tools"])) return new Map();
    const entries = Object.entries(content["tools"]);
    return new Map(entries.flatMap(([tool, verdict]) => (isVerdict(verdict) ? [[tool, verdict] as const] : [])));
  } catch {
    return new Map(); // absent at first, or damaged
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isVerdict(value: unknown): value is LastingVerdict {
  if (!isObject(value)) return false;
  if (value["kind"] === "traced") return typeof value["looks"] === "number";
  return value["kind"] === "untraceable" && typeof value["reason"] === "string";
}
