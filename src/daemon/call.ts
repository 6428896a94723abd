// From an Invoke message to a call: which tool is meant, where, and what its command line plans.

import { isErrno } from "../core/errors.ts";
import { type CompilePlan, type Plan, type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, rawFromBytes, showRaw, splitBlock } from "../core/raw-text.ts";
import type { InvokeRequest } from "../ipc/messages.ts";
import { placeBuild } from "../key/build-places.ts";
import type { Environment } from "../key/environment.ts";
import { type JobServer, jobServerOf } from "../key/job-server.ts";
import { findRemap, type Remap } from "../key/remap.ts";
import type { ToolSearches } from "../key/tool-search.ts";
import { readRaw } from "../sys/read-raw.ts";
import { toolOf } from "../sys/real-tool.ts";
import { findTool, type ToolAnswer, type ToolQuestion } from "./find-tool.ts";
import { sharesNamespace } from "./namespace.ts";

/** One call of a tool by a client. */
export type Call = {
  /** Leading members of the caller's argv that are not the tool's arguments. */
  readonly skip: number;
  /** The tool as the caller wrote it, directories included. */
  readonly called: RawText | undefined;
  readonly arguments: readonly RawText[];
  readonly environment: Environment;
  /** Variables that had a say in what stands here. */
  readonly asked: ReadonlySet<RawText>;
  readonly cwd: RawText;
  readonly umask: number;
  /** True if standard error is a terminal. */
  readonly terminal: boolean;
  /** Widths that the terminals on descriptors 0, which gcc asks, and 2, which clang asks, give; 0 if there is none. */
  readonly terminalColumns: readonly [input: number, error: number];
  /** True if both output streams are the same file. */
  readonly merged: boolean;
  /** File into which the client spooled its standard input, once it was asked to. */
  readonly stdinFile: RawText | undefined;
  /** How the tool was looked for. */
  readonly question: ToolQuestion;
  /** Absolute path of the real tool; undefined if there is none, which the client reports. */
  readonly tool: RawText | undefined;
  /** Response files that were read for the plan, with the content that the plan is made of. */
  readonly responseFiles: Map<RawText, RawText>;
  readonly plan: Plan;
  /** The tree whose paths are to be named from the working directory. */
  readonly remap?: Remap;
  /** As the tool will find it; none unless given. */
  readonly jobServer?: JobServer;
  /** Value of ZCCACHE_LINK_DEPLOY_CMD, for links. */
  readonly deployCommand?: RawText;
};

/** A call that the cache takes on. */
export type CompileCall = Call & {
  readonly plan: CompilePlan;
  readonly tool: RawText;
  /** State of the tool's file, content included. */
  readonly toolState: string;
};

/** Who calls, as far as the message does not say it. */
export type CallerView = { readonly pid: number; readonly environment: Environment; readonly tools: ToolSearches };

const NOTHING: ToolAnswer = { tool: undefined, compiler: undefined };

/** Reads an Invoke. Never fails: what can't be understood becomes a refusal as plan. */
export function readCall(request: InvokeRequest, { pid, environment, tools }: CallerView): Call {
  const argv = splitBlock(request.argv);
  const asked = new Set<RawText>();
  const variable = (name: RawText): RawText | undefined => {
    asked.add(name);
    return environment.get(name);
  };
  const { name, skip } = toolOf(argv);
  const question = { name, path: variable("PATH"), cwd: rawFromBytes(request.cwd) };
  // What a path names for a caller with other mounts is for that caller to find out: its tools, too.
  const isForeign = !sharesNamespace(pid);
  const { tool, compiler } = isForeign ? NOTHING : findTool(question, tools);
  const call = {
    skip,
    called: argv[skip - 1],
    arguments: argv.slice(skip),
    environment,
    asked,
    cwd: question.cwd,
    umask: request.umask,
    terminal: request.stderr_tty,
    terminalColumns: [request.columns, request.stderr_columns] as const,
    merged: request.same_streams,
    stdinFile: request.stdin_file === undefined ? undefined : rawFromBytes(request.stdin_file),
    question,
    tool,
    responseFiles: new Map<RawText, RawText>(),
  };
  if (isForeign) return { ...call, plan: refuse("namespace", `process ${pid}`) };
  const refusal = refusalBeforeParsing(call, variable);
  if (refusal !== undefined) return { ...call, plan: refusal };
  if (compiler === undefined) return { ...call, plan: refuse("not-a-compiler", showRaw(name)) };
  const plan = compiler.parse(call.arguments, { variable, read: (path) => readFor(call, path) });
  return {
    ...call,
    plan,
    jobServer: jobServerOf({ environment, pid, plan }),
    ...(plan.kind === "compile" && plan.link === true ? linkSettings(call.cwd, plan, variable) : {}),
    ...(plan.kind === "compile" && plan.root !== undefined ? placeBuild(plan, plan.root, call.cwd) : {}),
  };
}

function linkSettings(
  cwd: RawText,
  { cwdInKey, previous }: CompilePlan,
  variable: (name: RawText) => RawText | undefined,
): Pick<Call, "remap" | "deployCommand"> {
  // Where the directory may show there is nothing to share.
  const remap = cwdInKey ? undefined : findRemap(cwd, variable);
  // Archives and stripped programs are not deployed.
  const deployCommand = previous === undefined ? variable("ZCCACHE_LINK_DEPLOY_CMD") || undefined : undefined;
  return { ...(remap === undefined ? {} : { remap }), ...(deployCommand === undefined ? {} : { deployCommand }) };
}

function readFor({ cwd, responseFiles }: Omit<Call, "plan">, path: RawText): RawText | undefined {
  const absolute = absolutePath(path, cwd);
  const content = readResponseFile(absolute);
  if (content !== undefined) responseFiles.set(absolute, content);
  return content;
}

function refusalBeforeParsing(
  call: Omit<Call, "plan">,
  variable: (name: RawText) => RawText | undefined,
): Refusal | undefined {
  const disabled = variable("ZCCACHE_DISABLE");
  if (disabled === "1" || disabled === "true") return refuse("disabled", "ZCCACHE_DISABLE");
  if (call.tool === undefined) return refuse("tool-missing", "not on PATH");
  return undefined;
}

/** Content of a response file; undefined if it can't be read, which the tool then has to report itself. */
export function readResponseFile(path: RawText): RawText | undefined {
  try {
    return readRaw(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EISDIR", "EACCES", "ELOOP")) return undefined;
    throw error;
  }
}
