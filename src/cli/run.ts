// The command line: arguments → one command → what it says on our streams. The argument parser is loaded here only.

import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { CommanderError, Option, Command as Parser } from "commander";
import { splitBlock } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { places } from "../ipc/places.ts";
import { writeFully } from "../shim/streams.ts";
import { readSettings } from "../sys/environment.ts";
import type { Command, CommandInput, CommandResult, Flag } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";

/** What a command needs beside its own arguments. */
export type Surroundings = Omit<CommandInput, "args" | "flags" | "values">;

const USAGE_ERROR = 2;
const HELP: ReadonlySet<string | undefined> = new Set(["-h", "--help"]);

// Spelled as options, as in other compiler caches.
const OPTION_ALIASES: Readonly<Record<string, string>> = { "--clear": "clear", "--show-stats": "status" };

const EXAMPLES = `
Run a compiler through the cache:
  zccache gcc -c file.c                     any build that takes CC="zccache gcc"
  cmake -DCMAKE_C_COMPILER_LAUNCHER=zccache -DCMAKE_CXX_COMPILER_LAUNCHER=zccache ..

Examples:
  zccache status                            hits, misses, time saved
  zccache install-shims ~/.local/lib/zccache
`;

/** Runs `zccache ARGS` and gives its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const settings = readSettings();
  const result = await interpret(args, {
    settings,
    where: places(settings),
    environment: splitBlock(readFileSync("/proc/self/environ")),
    terminal: isatty(1),
  });
  writeFully(1, result.bytes ?? Buffer.from(result.stdout, "utf8"));
  writeFully(2, Buffer.from(result.stderr, "utf8"));
  return result.exitCode;
}

/** As `runCommandLine`, without touching a stream. */
export async function interpret(args: readonly string[], around: Surroundings): Promise<CommandResult> {
  const said = { stdout: "", stderr: "" };
  let result: CommandResult | undefined;
  const parser = makeParser(said, async (command, parsed) => {
    result = await command.run({ ...around, ...parsed });
  });
  if (args.length === 0) return { exitCode: 1, stdout: fullHelp(parser), stderr: "" };
  const [first = "", ...rest] = args;
  const raw = COMMANDS.find((command) => command.raw === true && command.name === first);
  if (raw !== undefined && !HELP.has(rest[0])) return await raw.run({ ...around, ...rawly(rest) });
  try {
    await parser.parseAsync([OPTION_ALIASES[first] ?? first, ...rest], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : USAGE_ERROR, ...said };
  }
  return result ?? { exitCode: 0, ...said };
}

/** As a command gets them that reads them itself. */
function rawly(args: readonly string[]): Parsed {
  return { args, flags: new Set(), values: new Map() };
}

type Parsed = Pick<CommandInput, "args" | "flags" | "values">;
type Act = (command: Command, parsed: Parsed) => Promise<void>;

function makeParser(said: { stdout: string; stderr: string }, act: Act): Parser {
  const parser = new Parser("zccache")
    .description("A local-first compiler cache: a rebuild whose inputs did not change copies results.")
    .usage("COMMAND | COMPILER ARGS...")
    .version(`zccache ${VERSION}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError('("zccache --help" lists the commands)')
    .exitOverride()
    // Behind a command's name an option is the command's: `crashes --clear` is not `--clear`.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => {
        said.stdout += text;
      },
      writeErr: (text) => {
        said.stderr += text;
      },
    });
  parser.option("--clear", "same as: clear").option("--show-stats", "same as: status");
  for (const command of COMMANDS) addCommand(parser, command, act);
  return parser;
}

function addCommand(parser: Parser, command: Command, act: Act): void {
  const child = parser
    .command(command.name)
    .summary(command.summary)
    .description(sentence(command.summary))
    .aliases([...command.aliases])
    .addHelpText("after", exampleText(command));
  for (const { name, summary } of command.args) child.argument(name, summary);
  const options = command.flags.map(optionOf);
  for (const option of options) child.addOption(option);
  child.action(async () => {
    const flags = new Set<string>();
    const values = new Map<string, readonly string[]>();
    for (const [at, { name }] of command.flags.entries()) {
      const value: unknown = child.getOptionValue(options[at]?.attributeName() ?? "");
      if (value === true) flags.add(name);
      else if (value !== undefined) values.set(name, [value].flat().map(String));
    }
    await act(command, { args: child.args, flags, values });
  });
}

function optionOf({ name, summary, value, many }: Flag): Option {
  const option = new Option(value === undefined ? `--${name}` : `--${name} <${value}>`, summary);
  if (many !== true) return option;
  return option.argParser((given: string, before: string[] = []) => [...before, given]);
}

function fullHelp(parser: Parser): string {
  return `${parser.helpInformation()}${EXAMPLES}`;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function exampleText({ examples }: Command): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  return ["", "Examples:", ...examples.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`)].join("\n");
}
