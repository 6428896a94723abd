// Counts starts of clang from outside: it is one process that compiles by itself, so the counting stand-ins take the
// place of the compiler on PATH.

import { join } from "node:path";
import { type CountedPrograms, installedPrograms, ProgramCounter, totalStarts } from "./counting-programs.ts";

/** Names of the stand-ins, and the programs that they become. */
export type CountedTools = CountedPrograms;

/** The counting stand-ins of one test, in a directory of their own for PATH. */
export class ClangCounter {
  /** First element for PATH. */
  readonly directory: string;
  readonly #counter: ProgramCounter;

  /**
   * @param root An existing directory; the stand-ins are compiled into it with the gcc on PATH.
   * @param tools Absolute paths by name; without, clang and clang++ of PATH. Those that are
   * where PATH finds them are started under that path, by which gcc finds its parts.
   */
  constructor(root: string, tools: CountedTools = installedPrograms("clang", "clang++")) {
    const areOnPath = Object.entries(tools).every(([name, path]) => Bun.which(name) === path);
    this.#counter = new ProgramCounter(join(root, "counted-clang"), tools, areOnPath ? "path" : "name");
    this.directory = this.#counter.directory;
  }

  /** Starts of clang and clang++ since the last call, the front end within them not counted apart. */
  take(): number {
    return totalStarts(this.#counter.take());
  }
}
