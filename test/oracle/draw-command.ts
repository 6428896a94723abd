// Drawing command lines: compiles here, links in draw-link.ts.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled, weighed } from "./chance.ts";
import { type Command, type CompileCommand, NOWHERE } from "./commands.ts";
import { drawLink } from "./draw-link.ts";
import { CLANG_MISSING, isClang, type Option, type OptionSource, type Tool } from "./options.ts";
import {
  ASSEMBLY_SOURCES,
  C_SOURCES,
  CHECKOUTS,
  CONFIG_FILE,
  CXX_SOURCES,
  RESPONSE_FILES,
  SEARCHED,
  WORKING,
} from "./tree.ts";

/** A new command. @param what Which kind; mostly compiles otherwise. */
export function drawCommand(random: Random, options: OptionSource, what?: Command["what"]): Command {
  const drawn = what ?? (oneIn(random, LINKS_ONE_IN) ? "link" : "compile");
  return drawn === "link" ? drawLink(random) : drawCompile(random, options);
}

const LINKS_ONE_IN = 2;

function drawCompile(random: Random, options: OptionSource): CompileCommand {
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
    preamble(random, tool),
    dependOption(random),
    responseOption(random),
    configOption(random, tool),
  ].filter(({ length }) => length > 0);
  const second = oneIn(random, 20) ? secondOf(random, source) : undefined;
  return {
    what: "compile",
    tool,
    checkout: oneIn(random, 5) ? CHECKOUTS[1] : CHECKOUTS[0],
    cwd: oneIn(random, 4) ? (anyOf(random, WORKING) ?? ".") : ".",
    source,
    spelling: weighed(random, [
      [10, "relative"],
      [2, "absolute"],
      [1, "through a link"],
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

/** Names that outputs are given, mostly files. */
export const OUTPUTS = ["a", "b", "c", "a", "b", "c", NOWHERE];

/** Another source of the same language; none for those whose bytes depend on times. */
function secondOf(random: Random, source: string): string | undefined {
  const alike = [C_SOURCES.slice(0, 3), CXX_SOURCES].find((names) => names.some((name) => name === source));
  return anyOf(random, alike?.filter((name) => name !== source) ?? []);
}

/** Some directories in some order, mostly ending in the one that has every header. */
function searchOptions(random: Random): Option[] {
  const names: string[] = shuffled(random, SEARCHED.slice(0, -1)).slice(0, 1 + random.below(4));
  if (!oneIn(random, 12)) names.push("base");
  if (oneIn(random, 8)) names.unshift("link/../inc2");
  if (oneIn(random, 12)) names.unshift("bin2");
  return names.map((name) => {
    if (name === "bin2") return ["-B@UP@bin2"];
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

/** A header that may have been compiled beforehand. */
function preamble(random: Random, tool: Tool): Option {
  return !isClang(tool) && oneIn(random, 8) ? ["-include", "@UP@base/pre.h"] : [];
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

/** A file of options for clang. */
function configOption(random: Random, tool: Tool): Option {
  return isClang(tool) && oneIn(random, 4) ? ["--config", `@UP@opts/${CONFIG_FILE}`] : [];
}
