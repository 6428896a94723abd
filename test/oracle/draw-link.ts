// Drawing command lines that link, and which family of tools is next.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled, weighed } from "./chance.ts";
import type { LinkCommand, LinkTool } from "./commands.ts";
import { archive, archiveByScript, changeInPlace, copy, index } from "./draw-archive.ts";
import { anyOperand, type Drawn, forDriver, linkerOption, PRESENT_LINKERS } from "./link-options.ts";
import { LATE_UNITS, UNITS } from "./materials.ts";
import { CLANG_MISSING, type Option } from "./options.ts";
import { CHECKOUTS, LIBRARIES, WORKING } from "./tree.ts";

/** A new command. */
export function drawLink(random: Random): LinkCommand {
  const draw = weighed(random, [
    [16, driverLink],
    [4, directLink],
    [2, compileAndLink],
    [1, lateLink],
    [6, archive],
    [1, archiveByScript],
    [1, index],
    [2, copy],
    [2, changeInPlace],
  ]);
  const part = draw(random);
  const cwd = oneIn(random, 4) ? (anyOf(random, WORKING) ?? ".") : ".";
  return {
    what: "link",
    checkout: oneIn(random, 5) ? CHECKOUTS[1] : CHECKOUTS[0],
    cwd,
    head: [],
    output: undefined,
    before: undefined,
    stdin: undefined,
    refused: false,
    ...part,
  };
}

function anyDriver(random: Random): LinkTool {
  return weighed<LinkTool>(random, [
    [12, "gcc"],
    [2, "g++"],
    [CLANG_MISSING === undefined ? 1 : 0, "clang"],
    [CLANG_MISSING === undefined ? 1 : 0, "clang++"],
  ]);
}

/** What a driver is asked for: a name and the options for it. Most do without the C library, which is slow to link. */
function form(random: Random): [kind: string, Option[]] {
  return weighed<[string, Option[]]>(random, [
    [10, ["program", [["-nostdlib"], ["-Wl,-e,main"]]]],
    [10, ["shared", [["-shared"], ["-nostdlib"]]]],
    [3, ["-r", [["-r"], ["-nostdlib"]]]],
    [2, ["program with libc", []]],
    [2, ["static", [["-static"], ["-nostdlib"], ["-Wl,-e,main"]]]],
    [1, ["static with libc", [["-static"]]]],
  ]);
}

function driverLink(random: Random): Drawn {
  const tool = anyDriver(random);
  const [kind, options] = form(random);
  return {
    tool,
    kind,
    options: [...options, ...linked(random, { kind, wrap: forDriver }), ...usedLinker(random, kind)],
    ...named(random),
  };
}

/** Mostly the default one. */
function usedLinker(random: Random, kind: string): Option[] {
  const linker =
    oneIn(random, 5) && kind !== "-r"
      ? anyOf(
          random,
          PRESENT_LINKERS.filter((tool) => tool !== "ld"),
        )
      : undefined;
  return linker === undefined ? [] : [[`-fuse-ld=${linker.replace("ld.", "")}`]];
}

function directLink(random: Random): Drawn {
  const tool = anyOf(random, ["ld", "ld", ...PRESENT_LINKERS] as const) ?? "ld";
  const [kind, options] = weighed<[string, Option[]]>(random, [
    [2, ["-r", [["-r"]]]],
    [2, ["shared", [["-shared"]]]],
    [2, ["program", [["-e", "main"]]]],
  ]);
  return { tool, kind, options: [...options, ...linked(random, { kind, wrap: (option) => option })], ...named(random) };
}

/** Objects, where libraries are looked for, libraries, and some options. */
function linked(random: Random, { kind, wrap }: { kind: string; wrap: (option: Option) => Option }): Option[] {
  // Without one that calls the others nothing of an archive is taken.
  const first = (kind === "shared" || kind === "-r") && oneIn(random, 4) ? "u3" : "main";
  const more = UNITS.filter(() => oneIn(random, 3));
  const objects = [first, ...more.filter((unit) => unit !== first)].map((unit) => anyOperand(random, `obj/${unit}.o`));
  const loose =
    kind.startsWith("program") || kind.startsWith("static") ? [wrap(["--unresolved-symbols=ignore-all"])] : [];
  const drawn = Array.from({ length: random.below(3) }, () => linkerOption(random, wrap));
  return [...drawn, ...(oneIn(random, 8) ? [] : loose), ...objects, ...searched(random), ...libraries(random, kind)];
}

/** Some directories in some order, mostly ending in the one that has every library. */
function searched(random: Random): Option[] {
  const names = shuffled(random, LIBRARIES.slice(0, -1)).slice(0, random.below(4));
  if (!oneIn(random, 12)) names.push("libbase");
  return names.map((name) => [`-L${oneIn(random, 10) ? "@ROOT@/" : "@UP@"}${name}`]);
}

function libraries(random: Random, kind: string): Option[] {
  const some: Option[] = [["-lx"], ["-lx"], ["-ly"], ["-lw"], ["-lt"], ["@UP@arc/x.a"], ["@UP@ld/x.ld"]].filter(() =>
    oneIn(random, 3),
  );
  // Shared libraries are no part of these.
  return kind === "-r" || kind.startsWith("static") ? some.filter(([name]) => name !== "-lw") : some;
}

function named(random: Random): Pick<LinkCommand, "head" | "output"> {
  return oneIn(random, 10)
    ? { head: [], output: undefined }
    : { head: ["-o", "@OUT@"], output: random.pick(["p", "q"]) };
}

/** A source and objects in one call. */
function compileAndLink(random: Random): Drawn {
  const tool = anyDriver(random);
  const source = tool.endsWith("++") ? "n0.cc" : random.pick(["m0.c", "m1.c"]);
  const options: Option[] = [
    [`@UP@src/${source}`],
    ["-I@UP@inc0"],
    ["-I@UP@base"],
    ["-shared"],
    ["-nostdlib"],
    ["-fPIC"],
    ["@UP@obj/u0.o"],
  ];
  const more = oneIn(random, 3) ? [["-g"]] : [linkerOption(random, forDriver)];
  return { tool, kind: "compile and link", options: [...options, ...more], ...named(random) };
}

/** Objects that are compiled at link time. */
function lateLink(random: Random): Drawn {
  const objects = [...LATE_UNITS, "u0"].map((unit) => [`@UP@obj/${unit}.o`]);
  const seed = oneIn(random, 2) ? [["-frandom-seed=3"]] : [];
  return {
    tool: oneIn(random, 2) ? "gcc" : "g++",
    kind: "-flto",
    options: [["-flto"], ["-O1"], ["-shared"], ["-nostdlib"], ...seed, ...objects],
    ...named(random),
  };
}
