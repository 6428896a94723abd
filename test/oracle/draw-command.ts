// Drawing command lines, and changing them a little.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled, weighed } from "./chance.ts";
import { type Command, NOWHERE } from "./commands.ts";
import { CLANG_MISSING, type Option, type OptionSource, type Tool } from "./options.ts";
import { ASSEMBLY_SOURCES, C_SOURCES, CHECKOUTS, CXX_SOURCES, RESPONSE_FILES, SEARCHED, WORKING } from "./tree.ts";

/** A new command. */
export function drawCommand(random: Random, options: OptionSource): Command {
  const [tool, source] = weighed<[Tool, string]>(random, [
    [12, ["gcc", anyOf(random, C_SOURCES.slice(0, 3)) ?? "m0.c"]],
    [1, ["gcc", random.pick(["dated.c", "twins.c"])]],
    [5, ["g++", anyOf(random, CXX_SOURCES) ?? "n0.cc"]],
    [1, ["gcc", ASSEMBLY_SOURCES[0]]],
    [CLANG_MISSING === undefined ? 4 : 0, ["clang", anyOf(random, C_SOURCES.slice(0, 3)) ?? "m0.c"]],
    [CLANG_MISSING === undefined ? 2 : 0, ["clang++", anyOf(random, CXX_SOURCES) ?? "n0.cc"]],
  ]);
  const drawn = Array.from({ length: random.below(4) }, () => options.draw(random, tool) ?? []);
  const all = [
    ...searchOptions(random),
    ...definitions(random),
    ...drawn,
    oneIn(random, 3) ? ["-g"] : [],
    dependOption(random),
    responseOption(random),
  ].filter(({ length }) => length > 0);
  const second = oneIn(random, 20) ? secondOf(random, source) : undefined;
  return {
    tool,
    checkout: oneIn(random, 5) ? CHECKOUTS[1] : CHECKOUTS[0],
    cwd: oneIn(random, 4) ? (anyOf(random, WORKING) ?? ".") : ".",
    source,
    spelling: weighed(random, [
      [10, "relative"],
      [2, "absolute"],
      [source.endsWith(".c") && second === undefined ? 1 : 0, "standard input"],
    ]),
    kind: weighed(random, [
      [30, "-c"],
      [3, "-S"],
      [3, "-E"],
      [1, "-M"],
      [1, "-MM"],
      [1, "-fsyntax-only"],
    ]),
    options: all,
    sourceAt: random.below(all.length + 1),
    second,
    output: second !== undefined || oneIn(random, 8) ? undefined : anyOf(random, OUTPUTS),
  };
}

/** The same command with an argument that changes nothing but its name to a cache, so that it was not seen before. */
export function unseenCommand(command: Command, random: Random): Command {
  return { ...command, options: [...command.options, [`-DUNSEEN=${random.below(1_000_000)}`]] };
}

/** What can be done to a command line. */
export type CommandChange =
  | "option added"
  | "option removed"
  | "options reordered"
  | "other directory"
  | "other output name";

/** Drawn by what a cache may get wrong: orders and places matter most. */
export function anyChange(random: Random): CommandChange {
  return weighed(random, [
    [9, "options reordered"],
    [2, "option added"],
    [2, "option removed"],
    [3, "other output name"],
    [9, "other directory"],
  ]);
}

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
      return command.second === undefined ? { ...command, output: anyOf(random, ["d", ...OUTPUTS]) } : command;
    case "other directory":
      return oneIn(random, 3)
        ? { ...command, cwd: anyOf(random, WORKING) ?? "." }
        : { ...command, checkout: otherCheckout(command) };
    default:
      return change satisfies never;
  }
}

/** The checkout that a command does not run in. */
export function otherCheckout({ checkout }: Command): string {
  return CHECKOUTS.find((name) => name !== checkout) ?? checkout;
}

/** Mostly files. */
const OUTPUTS = ["a", "b", "c", "a", "b", "c", NOWHERE];

/** Another source of the same language; none for those whose bytes depend on times. */
function secondOf(random: Random, source: string): string | undefined {
  const alike = [C_SOURCES.slice(0, 3), CXX_SOURCES].find((names) => names.some((name) => name === source));
  return anyOf(random, alike?.filter((name) => name !== source) ?? []);
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
    const directory = `${oneIn(random, 10) ? "@ROOT@/" : "@UP@"}${name}`;
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
