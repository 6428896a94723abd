// Counts compiler starts from outside: gcc takes its sub-programs from COMPILER_PATH first, so a directory of counting
// stand-ins (counting-shim.c) sees each one that really runs, whatever a cache says about itself.

import { spawnSync } from "node:child_process";
import { mkdirSync, realpathSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const TOOLS = ["as", "cc1", "cc1plus", "collect2", "ld", "lto1"] as const;

/** Sub-program of gcc whose starts are counted. */
export type CountedTool = (typeof TOOLS)[number];

/** Starts by tool. */
export type Counts = Readonly<Record<CountedTool, number>>;

/** The counting stand-ins of one test. They live below its temporary directory and go with it. */
export class ToolCounter {
  /** Value for COMPILER_PATH. */
  readonly compilerPath: string;
  readonly #logs: string;

  /** @param root An existing directory; the stand-ins are compiled into it with the gcc on PATH. */
  constructor(root: string) {
    this.compilerPath = join(root, "counted");
    this.#logs = join(root, "counts");
    mkdirSync(this.compilerPath);
    mkdirSync(this.#logs);
    for (const tool of TOOLS) this.#install(tool);
  }

  /** Starts since the last call, or since the beginning. Only meaningful while nothing is being compiled. */
  take(): Counts {
    const counts = this.seen();
    for (const tool of TOOLS) truncateSync(join(this.#logs, tool));
    return counts;
  }

  /** The same without beginning anew; of use while something is being compiled. */
  seen(): Counts {
    const counts = { as: 0, cc1: 0, cc1plus: 0, collect2: 0, ld: 0, lto1: 0 };
    for (const tool of TOOLS) counts[tool] = statSync(join(this.#logs, tool)).size;
    return counts;
  }

  #install(tool: CountedTool): void {
    const log = join(this.#logs, tool);
    writeFileSync(log, "");
    const definitions = { COUNT_LOG: log, REAL_TOOL: realTool(tool) };
    const defines = Object.entries(definitions).map(([name, value]) => `-D${name}="${value}"`);
    output(["gcc", "-O1", ...defines, "-o", join(this.compilerPath, tool), join(import.meta.dir, "counting-shim.c")]);
  }
}

/** Absolute path of the program that gcc would start; a bare name in its answer is one from PATH. */
function realTool(tool: CountedTool): string {
  const answer = output(["gcc", `-print-prog-name=${tool}`]);
  const path = answer.includes("/") ? answer : Bun.which(answer);
  if (path === null) throw new Error(`Cannot count "${tool}": gcc does not know where it is`);
  return realpathSync(path);
}

/** The gcc of the machine is asked, not one that a COMPILER_PATH of ours already changed. */
function output([program = "", ...args]: string[]): string {
  const { COMPILER_PATH: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`Cannot run "${program} ${args.join(" ")}": ${stderr}`);
  return stdout.trim();
}
