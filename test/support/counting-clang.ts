// Counts starts of clang from outside: it is one process that compiles by itself, so the counting stand-ins
// (counting-shim.c) take the place of the compiler on PATH, and zccache finds them as the real tool.

import { spawnSync } from "node:child_process";
import { mkdirSync, realpathSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Names of the stand-ins, and the programs that they become. */
export type CountedTools = Readonly<Record<string, string>>;

/** The counting stand-ins of one test, in a directory of their own for PATH. */
export class ClangCounter {
  /** First element for PATH. */
  readonly directory: string;
  readonly #log: string;

  /**
   * @param root An existing directory; the stand-ins are compiled into it with the gcc on PATH.
   * @param tools Absolute paths by name; without, clang and clang++ of PATH. One that is where PATH finds it is started
   * under that path, by which gcc finds its parts.
   */
  constructor(root: string, tools: CountedTools = { clang: installed("clang"), "clang++": installed("clang++") }) {
    this.directory = join(root, "counted-clang");
    this.#log = join(root, "clang-starts");
    mkdirSync(this.directory);
    writeFileSync(this.#log, "");
    for (const [name, path] of Object.entries(tools)) this.#install(name, path);
  }

  /** Starts of clang and clang++ since the last call, the front end within them not counted apart. */
  take(): number {
    const { size } = statSync(this.#log);
    truncateSync(this.#log);
    return size;
  }

  #install(name: string, real: string): void {
    const defines = [`-DCOUNT_LOG="${this.#log}"`, `-DREAL_TOOL="${real}"`];
    if (Bun.which(name) === real) defines.push("-DUNDER_ITS_PATH");
    const source = join(import.meta.dir, "counting-shim.c");
    const { status, stderr } = spawnSync("gcc", ["-O1", ...defines, "-o", join(this.directory, name), source]);
    if (status !== 0) throw new Error(`Cannot build the counting "${name}": ${stderr}`);
  }
}

function installed(name: string): string {
  const path = Bun.which(name);
  if (path === null) throw new Error(`Cannot count "${name}": it is not on PATH`);
  return realpathSync(path);
}
