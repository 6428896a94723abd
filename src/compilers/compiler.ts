// What a tool family has to offer to be cached: a name test and a parser. Registered in index.ts.

import type { Plan } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";

/** Where a parser gets the content of `@file` arguments from, so that it needs no disk itself. */
export type ResponseFiles = {
  /** Content of `path`, relative to the call's working directory; undefined if it can't be read. */
  read(path: RawText): RawText | undefined;
};

/** One family of compilers. */
export type Compiler = {
  readonly name: string;
  /** True if a tool called `baseName` belongs to the family. Only the name is looked at, never the tool. */
  recognises(baseName: RawText): boolean;
  /** What the arguments (without the tool's name) mean. Never throws: what can't be understood is a refusal. */
  parse(args: readonly RawText[], files: ResponseFiles): Plan;
};
