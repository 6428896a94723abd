// Command lines over the tree: what is compiled, from where, with which options in which order, and by which client.

import { join } from "node:path";
import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled, weighed } from "./chance.ts";
import { isRefused, type Option, type OptionSource, type Tool } from "./options.ts";
import { ASSEMBLY_SOURCES, C_SOURCES, CHECKOUTS, CXX_SOURCES, RESPONSE_FILES, SEARCHED, WORKING } from "./tree.ts";

/** How the cache is asked: by a stand-in with the compiler's name, or as a launcher in front of it. */
export type Client = "launcher" | "stand-in" | "stand-in without stub";

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
  /** Below `out`, without suffix; undefined: the compiler chooses a name. */
  readonly output: string | undefined;
};

/** The arguments of a command, without the tool. @param root Absolute path of the directory with the checkouts. */
export function argumentsOf(command: Command, root: string): string[] {
  const up = upOf(command);
  const before = command.options.slice(0, command.sourceAt).flat();
  const behind = command.options.slice(command.sourceAt).flat();
  const output = command.output === undefined ? [] : ["-o", `${up}out/${command.output}${suffixOf(command.kind)}`];
  return [...before, ...sourceArguments(command, root), ...behind, command.kind, ...output].map((argument) =>
    argument.replaceAll("@UP@", up).replaceAll("@ROOT@", join(root, command.checkout)),
  );
}

/** Where a command runs. */
export function directoryOf(command: Command, root: string): string {
  return join(root, command.checkout, command.cwd);
}

/** True if the tables say that the call is not cached. */
export function refusedByTable(command: Command): boolean {
  return isRefused([command.kind]) || command.options.some(isRefused);
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

/** A new command. */
export function drawCommand(random: Random, options: OptionSource): Command {
  const [tool, source] = weighed<[Tool, string]>(random, [
    [12, ["gcc", anyOf(random, C_SOURCES.slice(0, 3)) ?? "m0.c"]],
    [1, ["gcc", random.pick(["dated.c", "twins.c"])]],
    [5, ["g++", anyOf(random, CXX_SOURCES) ?? "n0.cc"]],
    [1, ["gcc", ASSEMBLY_SOURCES[0]]],
  ]);
  const drawn = Array.from({ length: random.below(4) }, () => options.draw(random, tool) ?? []);
  const all = [
    ...searchOptions(random),
    ...definitions(random),
    ...drawn,
    dependOption(random),
    responseOption(random),
  ].filter(({ length }) => length > 0);
  return {
    tool,
    checkout: oneIn(random, 5) ? CHECKOUTS[1] : CHECKOUTS[0],
    cwd: oneIn(random, 4) ? (anyOf(random, WORKING) ?? ".") : ".",
    source,
    spelling: weighed(random, [
      [10, "relative"],
      [2, "absolute"],
      [tool === "gcc" && source.endsWith(".c") ? 1 : 0, "standard input"],
    ]),
    kind: weighed(random, [
      [30, "-c"],
      [1, "-S"],
      [1, "-E"],
      [1, "-M"],
      [1, "-MM"],
      [1, "-fsyntax-only"],
    ]),
    options: all,
    sourceAt: random.below(all.length + 1),
    output: oneIn(random, 8) ? undefined : anyOf(random, ["a", "b", "c"]),
  };
}

/** The directories that a command names for headers, of `SEARCHED`. */
export function searchedBy({ options }: Command): string[] {
  return SEARCHED.filter((name) => options.some((option) => option.at(-1)?.endsWith(name)));
}

/** The same command with an argument that changes nothing but its name to a cache, so that it was not seen before. */
export function unseenCommand(command: Command, random: Random): Command {
  return { ...command, options: [...command.options, [`-DUNSEEN=${random.below(1_000_000)}`]] };
}

/** What can be done to a command line. */
export const COMMAND_CHANGES = [
  "options reordered",
  "option added",
  "option removed",
  "other output name",
  "other directory",
] as const;
export type CommandChange = (typeof COMMAND_CHANGES)[number];

/** A command that differs a little; the same one where the change does not apply. */
export function changeCommand(
  command: Command,
  change: CommandChange,
  by: { random: Random; options: OptionSource },
): Command {
  const { random, options } = by;
  switch (change) {
    case "options reordered":
      return {
        ...command,
        options: shuffled(random, command.options),
        sourceAt: random.below(command.options.length + 1),
      };
    case "option added": {
      const added = options.draw(random, command.tool);
      const at = random.below(command.options.length + 1);
      return added === undefined ? command : { ...command, options: command.options.toSpliced(at, 0, added) };
    }
    case "option removed":
      return { ...command, options: command.options.toSpliced(random.below(command.options.length + 1), 1) };
    case "other output name":
      return { ...command, output: anyOf(random, ["a", "b", "c", "d"]) };
    case "other directory":
      return oneIn(random, 2)
        ? { ...command, checkout: CHECKOUTS.find((name) => name !== command.checkout) ?? command.checkout }
        : { ...command, cwd: anyOf(random, WORKING) ?? "." };
    default:
      return change satisfies never;
  }
}

/** From the working directory to the checkout. */
function upOf({ cwd }: Command): string {
  return cwd === "." ? "" : "../";
}

function sourceArguments(command: Command, root: string): string[] {
  const path = `src/${command.source}`;
  if (command.spelling === "standard input") return ["-x", "c", "-", "-x", "none"];
  return [command.spelling === "absolute" ? join(root, command.checkout, path) : `${upOf(command)}${path}`];
}

function suffixOf(kind: string): string {
  return { "-c": ".o", "-S": ".s", "-E": ".i" }[kind] ?? ".d";
}

/** Some directories in some order, mostly ending in the one that has every header. */
function searchOptions(random: Random): Option[] {
  const names = shuffled(random, SEARCHED.slice(0, -1)).slice(0, 1 + random.below(4));
  if (!oneIn(random, 12)) names.push("base");
  return names.map((name) => {
    const flag = weighed(random, [
      [6, "-I"],
      [2, "-isystem"],
      [2, "-iquote"],
      [1, "-idirafter"],
    ]);
    const directory = `${oneIn(random, 6) ? "@ROOT@/" : "@UP@"}${name}`;
    return oneIn(random, 2) ? [flag, directory] : [`${flag}${directory}`];
  });
}

/** Of which the last one counts. */
function definitions(random: Random): Option[] {
  return oneIn(random, 2) ? [] : [["-DNAME=1"], [oneIn(random, 2) ? "-UNAME" : "-DNAME=2"]];
}

function dependOption(random: Random): Option {
  const file = `@UP@out/${random.pick(["a", "b"])}.d`;
  const kinds: readonly Option[] = [
    [],
    [],
    ["-MD"],
    ["-MMD"],
    ["-MD", "-MF", file],
    ["-MMD", "-MF", file, "-MT", "target"],
    ["-MD", "-MP", "-MQ", "$x y"],
    ["-MMD", "-MP", `-MF${file}`],
    [`-Wp,-MD,${file}`],
    [`-Wp,-MMD,${file}`, "-MP"],
  ];
  return anyOf(random, kinds) ?? [];
}

function responseOption(random: Random): Option {
  return oneIn(random, 6) ? [`@@UP@opts/${anyOf(random, RESPONSE_FILES)}`] : [];
}
