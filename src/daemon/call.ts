// From an Invoke message to a call: which tool is meant, where, and what its command line plans.

import { readFileSync, realpathSync } from "node:fs";
import { type Compiler, findCompiler } from "../compilers/index.ts";
import { isErrno } from "../core/errors.ts";
import { type CompilePlan, type Plan, type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, baseName, type RawText, rawFromBytes, showRaw, splitBlock } from "../core/raw-text.ts";
import type { InvokeRequest } from "../ipc/messages.ts";
import { type Environment, parseEnvironment } from "../key/environment.ts";
import { fsPath } from "../sys/fs-path.ts";
import { resolveRealTool, toolOf } from "../sys/real-tool.ts";
import type { SelfImage } from "../sys/self-image.ts";
import { sharesNamespace } from "./namespace.ts";

/** One call of a tool by a client. */
export type Call = {
  /** Leading members of the caller's argv that are not the tool's arguments. */
  readonly skip: number;
  readonly arguments: readonly RawText[];
  readonly environment: Environment;
  readonly cwd: RawText;
  readonly umask: number;
  /** True if standard error is a terminal. */
  readonly terminal: boolean;
  /** Width that the terminal on descriptor 0 gives, which compilers ask for; 0 if there is none. */
  readonly terminalColumns: number;
  /** True if both output streams are the same file. */
  readonly merged: boolean;
  /** File into which the client spooled its standard input, once it was asked to. */
  readonly stdinFile: RawText | undefined;
  /** Absolute path of the real tool; undefined if there is none, which the client reports. */
  readonly tool: RawText | undefined;
  /** Response files that were read for the plan, with the content that the plan is made of. */
  readonly responseFiles: Map<RawText, RawText>;
  readonly plan: Plan;
};

/** A call that the cache takes on. */
export type CompileCall = Call & {
  readonly plan: CompilePlan;
  readonly tool: RawText;
  /** State of the tool's file, content included. */
  readonly toolState: string;
};

/** Reads an Invoke of the client process `pid`. Never fails: what can't be understood becomes a refusal as plan. */
export function readCall(request: InvokeRequest, pid: number, self: SelfImage): Call {
  const argv = splitBlock(request.argv);
  const environment = parseEnvironment(request.env);
  const cwd = rawFromBytes(request.cwd);
  const { name, skip } = toolOf(argv);
  const tool = resolveRealTool(name, { path: environment.get("PATH"), cwd, self })?.path;
  const responseFiles = new Map<RawText, RawText>();
  const call = {
    skip,
    arguments: argv.slice(skip),
    environment,
    cwd,
    umask: request.umask,
    terminal: request.stderr_tty,
    terminalColumns: request.columns,
    merged: request.same_streams,
    stdinFile: request.stdin_file === undefined ? undefined : rawFromBytes(request.stdin_file),
    tool,
    responseFiles,
  };
  return { ...call, plan: planOf(call, name, pid) };
}

function planOf(call: Omit<Call, "plan">, name: RawText, pid: number): Plan {
  const compiler = findCompiler(baseName(name), call.tool === undefined ? undefined : realName(call.tool));
  const refusal = refusalBeforeParsing(call, compiler, pid);
  if (refusal !== undefined) return refusal;
  if (compiler === undefined) return refuse("not-a-compiler", showRaw(name));
  return compiler.parse(call.arguments, {
    read: (path) => {
      const content = readResponseFile(absolutePath(path, call.cwd));
      if (content !== undefined) call.responseFiles.set(absolutePath(path, call.cwd), content);
      return content;
    },
    variable: (name) => call.environment.get(name),
  });
}

function refusalBeforeParsing(
  call: Omit<Call, "plan">,
  compiler: Compiler | undefined,
  pid: number,
): Refusal | undefined {
  const disabled = call.environment.get("ZCCACHE_DISABLE");
  if (disabled === "1" || disabled === "true") return refuse("disabled", "ZCCACHE_DISABLE");
  if (call.tool === undefined) return refuse("tool-missing", "not on PATH");
  if (compiler === undefined) return undefined;
  const writing = WRITING_VARIABLES.find((variable) => call.environment.has(variable));
  if (writing !== undefined) return refuse("unsupported-variable", writing);
  return sharesNamespace(pid) ? undefined : refuse("namespace", `process ${pid}`);
}

// cc1 appends dependencies to the files that these name (gcc's manual, "Environment Variables").
const WRITING_VARIABLES = ["DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"];

function realName(tool: RawText): RawText {
  return baseName(rawFromBytes(realpathSync(fsPath(tool), { encoding: "buffer" })));
}

/** Content of a response file; undefined if it can't be read, which the tool then has to report itself. */
export function readResponseFile(path: RawText): RawText | undefined {
  try {
    return readFileSync(fsPath(path), "latin1");
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EISDIR", "EACCES", "ELOOP")) return undefined;
    throw error;
  }
}
