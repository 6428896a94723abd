// What a command is: data that the parser and the help are made from, and a function that returns what is to be said.

import type { RawText } from "../core/raw-text.ts";
import type { Places } from "../ipc/places.ts";
import type { Settings } from "../sys/environment.ts";

/** A switch of a command, or, where it names its value, an option that takes one. */
export type Flag = {
  readonly name: string;
  readonly summary: string;
  /** What is to be given, e.g. "dir". */
  readonly value?: string;
  /** True if it may be given more than once. */
  readonly many?: boolean;
};

/** A positional argument: `<dir>` must be given, `[names...]` may be, any number of times. */
export type Argument = { readonly name: string; readonly summary: string };

/** A command of the command line. A newcomer is one file and one line in commands/index.ts. */
export type Command = {
  readonly name: string;
  readonly aliases: readonly string[];
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  /** True if it reads its arguments itself, as `args`: they end in a command line that is not ours. */
  readonly raw?: boolean;
  /** Command lines and what they do. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  run(input: CommandInput): Promise<CommandResult> | CommandResult;
};

/** What a command works with. Paths and variables are the caller's. */
export type CommandInput = {
  /** Positional arguments. */
  readonly args: readonly string[];
  /** Names of the flags that were given, e.g. "json". */
  readonly flags: ReadonlySet<string>;
  /** Values of the options that were given, by name; the last one only unless there may be many. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly settings: Settings;
  readonly where: Places;
  /** `NAME=value` strings. */
  readonly environment: readonly RawText[];
  /** True if standard output is a terminal, which may have colours. */
  readonly terminal: boolean;
};

/** What a command says, and its exit code: 0 done, 1 not done, 2 wrong usage. */
export type CommandResult = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output of commands that give bytes, instead of text. */
  readonly bytes?: Uint8Array;
};

/** Done: these lines on standard output. */
export function done(...lines: readonly string[]): CommandResult {
  return { exitCode: 0, stdout: `${lines.join("\n")}\n`, stderr: "" };
}

/** Not done: why, and what to do next, on standard error. */
export function failed(...lines: readonly string[]): CommandResult {
  return { exitCode: 1, stdout: "", stderr: `zccache: ${lines.join("\n  ")}\n` };
}
