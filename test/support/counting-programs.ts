// Counts starts of programs that builds call by name (ar, ranlib, clang …) from outside: counting stand-ins
// (counting-shim.c) take their places on PATH, and zccache finds those as the real tools.

import { spawnSync } from "node:child_process";
import { mkdirSync, realpathSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Names of the stand-ins, and the programs that they become. */
export type CountedPrograms = Readonly<Record<string, string>>;

/** How the real programs are called: by the name of the stand-in, or by their own path. */
export type CalledBy = "name" | "path";

/** Starts by name. */
export type ProgramCounts = Readonly<Record<string, number>>;

/** The counting stand-ins of one test, in a directory of their own for PATH. */
export class ProgramCounter {
  /** Element for PATH, before the programs' own directory. */
  readonly directory: string;
  readonly #logs: ReadonlyMap<string, string>;
  readonly #defines: readonly string[];

  /** @param directory Is made; the stand-ins are compiled into it with the gcc on PATH. */
  constructor(directory: string, programs: CountedPrograms, calledBy: CalledBy = "name") {
    this.directory = directory;
    this.#defines = calledBy === "path" ? ["-DUNDER_ITS_PATH"] : [];
    mkdirSync(directory);
    mkdirSync(`${directory}-starts`);
    const places = Object.entries(programs).map(([name, real]) => {
      const log = join(`${directory}-starts`, name);
      writeFileSync(log, "");
      this.#install(name, { log, real });
      return [name, log] as const;
    });
    this.#logs = new Map(places);
  }

  /** Starts since the last call, or since the beginning. Only meaningful while nothing is being built. */
  take(): ProgramCounts {
    return Object.fromEntries(
      [...this.#logs].map(([name, log]) => {
        const { size } = statSync(log);
        truncateSync(log);
        return [name, size];
      }),
    );
  }

  #install(name: string, { log, real }: { readonly log: string; readonly real: string }): void {
    const defines = [`-DCOUNT_LOG="${log}"`, `-DREAL_TOOL="${real}"`, ...this.#defines];
    const source = join(import.meta.dir, "counting-shim.c");
    const { status, stderr } = spawnSync("gcc", ["-O1", ...defines, "-o", join(this.directory, name), source]);
    if (status !== 0) throw new Error(`Cannot build the counting "${name}": ${stderr}`);
  }
}

/** These programs of PATH. @throws {Error} When one is missing. */
export function installedPrograms(...names: readonly string[]): CountedPrograms {
  return Object.fromEntries(
    names.map((name) => {
      const path = Bun.which(name);
      if (path === null) throw new Error(`Cannot count "${name}": it is not on PATH`);
      return [name, realpathSync(path)];
    }),
  );
}

/** All starts together. */
export function totalStarts(counts: ProgramCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
