// What really runs while a project is built, counted from outside of any cache.

import { join } from "node:path";
import type { ToolCounter } from "../../support/counting.ts";
import { ClangCounter } from "../../support/counting-clang.ts";
import { installedPrograms, ProgramCounter, totalStarts } from "../../support/counting-programs.ts";

/** Programs started. */
export type Starts = {
  /** cc1 and cc1plus, or clang whatever it did. */
  readonly compile: number;
  /** as */
  readonly assemble: number;
  /** ld, by a compiler driver or by name. */
  readonly link: number;
  /** lto1: compiles at link time. */
  readonly linkTime: number;
  /** ar, ranlib, strip and objcopy. */
  readonly archive: number;
};

/** No program at all. */
export const NO_STARTS: Starts = { compile: 0, assemble: 0, link: 0, linkTime: 0, archive: 0 };

/** `starts` less those of `others`. */
export function startsWithout(starts: Starts, others: Starts): Starts {
  return {
    compile: starts.compile - others.compile,
    assemble: starts.assemble - others.assemble,
    link: starts.link - others.link,
    linkTime: starts.linkTime - others.linkTime,
    archive: starts.archive - others.archive,
  };
}

const BINARY_TOOLS = ["ar", "objcopy", "ranlib", "strip"] as const;

/** Counts for one project; its stand-ins have to be on PATH, and those of `driver` on COMPILER_PATH. */
export class StartCounter {
  /** Holds `ar`, `ranlib` and the like. */
  readonly archivers: string;
  readonly #driver: ToolCounter;
  readonly #tools: ProgramCounter;
  readonly #clang: ClangCounter | undefined;

  /** @param root An existing directory for the stand-ins. */
  constructor(root: string, { driver, clang }: { readonly driver: ToolCounter; readonly clang: boolean }) {
    this.#driver = driver;
    this.#tools = new ProgramCounter(join(root, "counted-tools"), installedPrograms("ld", ...BINARY_TOOLS), "path");
    this.#clang = clang ? new ClangCounter(root) : undefined;
    this.archivers = this.#tools.directory;
  }

  /** What has to stand at the front of PATH. */
  get directories(): readonly string[] {
    return [this.archivers, ...(this.#clang === undefined ? [] : [this.#clang.directory])];
  }

  /** Starts since the last call. */
  take(): Starts {
    const { as, cc1, cc1plus, ld, lto1 } = this.#driver.take();
    const { ld: direct = 0, ...tools } = this.#tools.take();
    return {
      compile: cc1 + cc1plus + (this.#clang?.take() ?? 0),
      assemble: as,
      link: ld + direct,
      linkTime: lto1,
      archive: totalStarts(tools),
    };
  }
}
