// A command line over the tree: what is compiled, from where, with which options in which order.

import { join } from "node:path";
import { isRefused, type Option, type Tool } from "./options.ts";
import { SEARCHED } from "./tree.ts";

/** How the cache is asked: by a stand-in with the compiler's name, or as a launcher in front of it. */
export type Client = "launcher" | "stand-in" | "stand-in without stub";

/** An output that is thrown away. */
export const NOWHERE = "/dev/null";

/** One call of a compiler. */
export type Command = {
  readonly tool: Tool;
  /** Of `CHECKOUTS`. */
  readonly checkout: string;
  /** Within the checkout, of `WORKING`. */
  readonly cwd: string;
  /** Name of a file below `src`. */
  readonly source: string;
  readonly spelling: "absolute" | "relative" | "standard input";
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

/** The arguments of a command, without the tool. @param root Absolute path of the directory with the checkouts. */
export function argumentsOf(command: Command, root: string): string[] {
  const up = upOf(command);
  const before = command.options.slice(0, command.sourceAt).flat();
  const behind = command.options.slice(command.sourceAt).flat();
  const output = outputOf(command);
  const outputArguments = output === undefined ? [] : ["-o", output === NOWHERE ? output : `${up}${output}`];
  return [...before, ...sourceArguments(command, root), ...behind, command.kind, ...outputArguments].map((argument) =>
    argument.replaceAll("@UP@", up).replaceAll("@ROOT@", join(root, command.checkout)),
  );
}

/** What a command names behind -o: a path within the checkout, or `NOWHERE`; undefined if it names none. */
export function outputOf({ output, kind }: Command): string | undefined {
  return output === undefined || output === NOWHERE ? output : `out/${output}${suffixOf(kind)}`;
}

/** Where a command runs. */
export function directoryOf(command: Command, root: string): string {
  return join(root, command.checkout, command.cwd);
}

/** True if the tables say that the call is not cached. */
export function refusedByTable(command: Command): boolean {
  return [[command.kind], ...command.options].some((option) => isRefused(command.tool, option));
}

/** True unless the tables leave it alone or its result depends on times. */
export function mustHit(command: Command): boolean {
  return !refusedByTable(command) && command.source !== "dated.c" && command.source !== "twins.c";
}

/** A command as a shell would take it. */
export function spelled(command: Command, root: string): string {
  const input = command.spelling === "standard input" ? ` <src/${command.source}` : "";
  return `(cd ${directoryOf(command, root)}; ${command.tool} ${argumentsOf(command, root).join(" ")}${input})`;
}

/** The directories that a command names for headers, of `SEARCHED`. */
export function searchedBy({ options }: Command): string[] {
  return SEARCHED.filter((name) => options.some((option) => option.at(-1)?.endsWith(name)));
}

/** From the working directory to the checkout. */
function upOf({ cwd }: Command): string {
  return cwd === "." ? "" : "../";
}

function sourceArguments(command: Command, root: string): string[] {
  const path = `src/${command.source}`;
  if (command.spelling === "standard input") return ["-x", "c", "-", "-x", "none"];
  const first = command.spelling === "absolute" ? join(root, command.checkout, path) : `${upOf(command)}${path}`;
  return command.second === undefined ? [first] : [first, `${upOf(command)}src/${command.second}`];
}

function suffixOf(kind: string): string {
  return { "-c": ".o", "-S": ".s", "-E": ".i" }[kind] ?? ".d";
}
