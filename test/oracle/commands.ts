// A command line over the tree: what is made of what, from where, with which options in which order.

import { join } from "node:path";
import { isRefused, type Option, type Tool } from "./options.ts";
import { LIBRARIES, SEARCHED } from "./tree.ts";

/** How the cache is asked: by a stand-in with the tool's name, or as a launcher in front of it. */
export type Client = "launcher" | "stand-in" | "stand-in without stub";

/** An output that is thrown away. */
export const NOWHERE = "/dev/null";

/** Where a command runs. */
type Place = {
  /** Of `CHECKOUTS`. */
  readonly checkout: string;
  /** Within the checkout, of `WORKING`. */
  readonly cwd: string;
};

/** One call of a compiler. */
export type CompileCommand = Place & {
  readonly what: "compile";
  readonly tool: Tool;
  /** Name of a file below `src`. */
  readonly source: string;
  readonly spelling: "absolute" | "relative" | "standard input" | "through a link";
  /** What is asked for: `-c`, `-S` … */
  readonly kind: string;
  /** In their order. */
  readonly options: readonly Option[];
  /** Behind how many of the options the source stands. */
  readonly sourceAt: number;
  /** Another file below `src`, behind the first. */
  readonly second: string | undefined;
  /** Below `out`, without suffix, or `NOWHERE`; undefined: the compiler chooses a name. */
  readonly output: string | undefined;
};

/** Tools that link, archive or copy binaries; drivers link, too. */
export type LinkTool = Tool | "ar" | "ld" | "ld.gold" | "ld.lld" | "llvm-ar" | "mold" | "objcopy" | "ranlib" | "strip";

/** One call of such a tool. In its arguments @UP@ leads to the checkout, @ROOT@ is its absolute path, @OUT@ the output. */
export type LinkCommand = Place & {
  readonly what: "link";
  readonly tool: LinkTool;
  /** What is made, in a word or two: "shared", "rcs" … */
  readonly kind: string;
  /** What always stands first. */
  readonly head: Option;
  /** Operands and options, in their order. */
  readonly options: readonly Option[];
  /** Name below `out`; undefined: the tool chooses one. */
  readonly output: string | undefined;
  /** File of the checkout that the output is a copy of beforehand, for tools that change it in place. */
  readonly before: string | undefined;
  /** File of the checkout that is read as standard input. */
  readonly stdin: string | undefined;
  /** True if such calls are known to be left alone by the cache. */
  readonly refused: boolean;
};

/** One call. */
export type Command = CompileCommand | LinkCommand;

/** The arguments of a command, without the tool. @param root Absolute path of the directory with the checkouts. */
export function argumentsOf(command: Command, root: string): string[] {
  const up = upOf(command);
  const output = outputOf(command) ?? "";
  const spelledOutput = output === NOWHERE ? output : `${up}${output}`;
  const args = command.what === "link" ? linkArguments(command) : compileArguments(command, root);
  return args.map((argument) =>
    argument
      .replaceAll("@OUT@", spelledOutput)
      .replaceAll("@UP@", up)
      .replaceAll("@ROOT@", join(root, command.checkout)),
  );
}

/** What a command names as its output: a path within the checkout, or `NOWHERE`; undefined if it names none. */
export function outputOf(command: Command): string | undefined {
  const { output } = command;
  if (output === undefined || output === NOWHERE) return output;
  return `out/${output}${command.what === "link" ? "" : suffixOf(command.kind)}`;
}

/** Where a command runs. */
export function directoryOf(command: Command, root: string): string {
  return join(root, command.checkout, command.cwd);
}

/** The file within the checkout that is its standard input; undefined: it is empty. */
export function stdinOf(command: Command): string | undefined {
  if (command.what === "link") return command.stdin;
  return command.spelling === "standard input" ? `src/${command.source}` : undefined;
}

/** True if the tables say that the call is not cached. */
export function refusedByTable(command: Command): boolean {
  if (command.what === "link") return command.refused;
  return [[command.kind], ...command.options].some((option) => isRefused(command.tool, option));
}

/** True unless the tables leave it alone or its result depends on times. */
export function mustHit(command: Command): boolean {
  const timed = command.what === "compile" && (command.source === "dated.c" || command.source === "twins.c");
  return !refusedByTable(command) && !timed;
}

/** True if what is made has the time in it, so that two runs may differ and both be right. */
export function showsTime(command: Command): boolean {
  if (command.what === "compile") return command.source === "dated.c";
  return /ar$/.test(command.tool) && command.head[0]?.includes("U") === true;
}

/** What is counted together: a tool and what it is asked for. */
export function labelOf({ tool, kind }: Command): string {
  return `${tool} ${kind}`;
}

/** A command as a shell would take it. */
export function spelled(command: Command, root: string): string {
  const stdin = stdinOf(command);
  const input = stdin === undefined ? "" : ` <${stdin}`;
  const before = command.what === "link" && command.before !== undefined ? `cp ${command.before} out; ` : "";
  return `(cd ${directoryOf(command, root)}; ${before}${command.tool} ${argumentsOf(command, root).join(" ")}${input})`;
}

/** The directories that a command names for headers or libraries, of `SEARCHED` and `LIBRARIES`. */
export function searchedBy({ options }: Command): string[] {
  const spelled = options.map((option) => option.at(-1) ?? "");
  return [...SEARCHED, ...LIBRARIES].filter((name) => spelled.some((last) => new RegExp(`[@/]${name}$`).test(last)));
}

/** Files of the checkout that a command reads before all others, there or not. */
export function inputsOf(command: Command): string[] {
  if (command.what === "compile") return [`src/${command.source}`];
  const named = command.options
    .flat()
    .flatMap((argument) => /@(?:UP|ROOT)@(?!out\/)([^,]+\.\w+)$/.exec(argument)?.[1] ?? []);
  const found = librariesOf(command).map((path) => `${path}.a`);
  return [...named, ...found, ...[command.before, command.stdin].filter((path) => path !== undefined)];
}

/** Where a command looks for libraries, under names without suffixes: "lib0/libx". */
export function librariesOf(command: Command): string[] {
  const names = command.options.flat().flatMap((argument) => /^-l(\w)$/.exec(argument)?.[1] ?? []);
  return searchedBy(command).flatMap((directory) => names.map((name) => `${directory}/lib${name}`));
}

/** From the working directory to the checkout. */
function upOf({ cwd }: Command): string {
  return cwd === "." ? "" : "../";
}

function linkArguments({ head, options }: LinkCommand): string[] {
  return [...head, ...options.flat()];
}

function compileArguments(command: CompileCommand, root: string): string[] {
  const before = command.options.slice(0, command.sourceAt).flat();
  const behind = command.options.slice(command.sourceAt).flat();
  const output = command.output === undefined ? [] : ["-o", "@OUT@"];
  return [...before, ...sourceArguments(command, root), ...behind, command.kind, ...output];
}

function sourceArguments(command: CompileCommand, root: string): string[] {
  const path = `src/${command.source}`;
  const spellings = {
    absolute: join(root, command.checkout, path),
    relative: `@UP@${path}`,
    "through a link": `@UP@link/../${path}`,
  };
  if (command.spelling === "standard input") return ["-x", "c", "-", "-x", "none"];
  const first = spellings[command.spelling];
  return command.second === undefined ? [first] : [first, `@UP@src/${command.second}`];
}

function suffixOf(kind: string): string {
  return { "-c": ".o", "-S": ".s", "-E": ".i" }[kind] ?? ".d";
}
