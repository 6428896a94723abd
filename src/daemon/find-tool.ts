// Which tool a call is for, and of which family it is.

import { realpathSync } from "node:fs";
import { type Compiler, findCompiler } from "../compilers/index.ts";
import { baseName, type RawText, rawFromBytes } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { type FoundTool, resolveRealTool } from "../sys/real-tool.ts";
import type { SelfImage } from "../sys/self-image.ts";

/** Where a caller looks for tools. */
export type ToolQuestion = {
  /** As called: `gcc`, `/opt/bin/gcc`. */
  readonly name: RawText;
  /** The caller's PATH. */
  readonly path: RawText | undefined;
  readonly cwd: RawText;
};

/** A tool, and the family that knows it, if any does. */
export type ToolAnswer = { readonly tool: FoundTool | undefined; readonly compiler: Compiler | undefined };

/** Finds the real tool behind a name and its family. */
export function findTool({ name, path, cwd }: ToolQuestion, self: SelfImage): ToolAnswer {
  const tool = resolveRealTool(name, { path, cwd, self });
  const compiler = findCompiler(baseName(name), tool === undefined ? undefined : realName(tool.path));
  return { tool, compiler };
}

function realName(tool: RawText): RawText {
  return baseName(rawFromBytes(realpathSync(fsPath(tool), { encoding: "buffer" })));
}
