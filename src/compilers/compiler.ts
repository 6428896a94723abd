// What a tool family has to offer to be cached: a name test and a parser. Registered in index.ts.

import type { Plan } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";

/** What a parser may ask for beside the arguments, so that it needs no disk and no process environment itself. */
export type Surroundings = {
  /** Content of the `@file` argument `path`, relative to the call's working directory; undefined if it can't be read. */
  read(path: RawText): RawText | undefined;
  /** Value of a variable in the caller's environment. What a parser asks for must end up in its plan. */
  variable(name: RawText): RawText | undefined;
};

/** One family of compilers. */
export type Compiler = {
  readonly name: string;
  /** True if a tool with this base name belongs to the family. Only the name is looked at, never the tool. */
  recognises(baseName: RawText): boolean;
  /** True if the name that a tool is called by decides how it reads its command line, whatever its file is called. */
  readonly byCalledName?: boolean;
  /** What the arguments (without the tool's name) mean. Never throws: what can't be understood is a refusal. */
  parse(args: readonly RawText[], around: Surroundings): Plan;
};
