// Which tool a call is for, and of which family it is.

import { type Compiler, findCompiler } from "../compilers/index.ts";
import { baseName, type RawText } from "../core/raw-text.ts";
import type { ToolSearches } from "../key/tool-search.ts";
import type { ToolPlace } from "../sys/real-tool.ts";

/** What a caller calls, and where it looks for that. */
export type ToolQuestion = ToolPlace & {
  /** As called: `gcc`, `/opt/bin/gcc`. */
  readonly name: RawText;
};

/** Absolute path of a tool, and the family that knows it; each undefined if there is none. */
export type ToolAnswer = { readonly tool: RawText | undefined; readonly compiler: Compiler | undefined };

/** Finds the real tool behind a name and its family. */
export function findTool({ name, ...place }: ToolQuestion, tools: ToolSearches): ToolAnswer {
  const { path, realName } = tools.find(name, place);
  return { tool: path, compiler: findCompiler(baseName(name), realName) };
}
