// Drawing command lines of archivers and of tools that copy binaries, into another file or in place.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled } from "./chance.ts";
import type { LinkTool } from "./commands.ts";
import { anyOperand, COPY_OPTIONS, type Drawn } from "./link-options.ts";
import { UNITS } from "./materials.ts";
import type { Option } from "./options.ts";

/** An archive, anew or changed. */
export function archive(random: Random): Drawn {
  const tool = anyOf(random, ARCHIVERS) ?? "ar";
  const units = shuffled(random, UNITS).slice(0, 1 + random.below(UNITS.length));
  const options = units.map((unit) => anyOperand(random, `obj/${unit}.o`));
  const updates = oneIn(random, 3);
  const before = updates ? random.pick(["arc/x.a", "arc/bare.a"]) : undefined;
  const letters = anyOf(random, updates ? ["r", "rs", "rcs", "q", "rU", "ru", "rcsD"] : MAKING) ?? "rcs";
  const made = { tool, output: random.pick(["n.a", "m.a"]), before };
  if (oneIn(random, 12)) {
    const letter = random.pick(["t", "d", "p"]);
    return { ...made, kind: letter, head: [letter, "@OUT@"], options: [["u0.o"]], before: "arc/x.a", refused: true };
  }
  const listed = oneIn(random, 8);
  return {
    ...made,
    kind: updates ? `${letters} to change one` : letters,
    head: [letters, "@OUT@"],
    options: listed ? [["@@UP@opts/members.rsp"]] : options,
    ...(listed ? { cwd: "." } : {}),
  };
}

/** What to do is read from standard input. */
export function archiveByScript(): Drawn {
  return { tool: "ar", kind: "-M", head: ["-M"], options: [], cwd: ".", stdin: "opts/x.mri" };
}

/** The index of an archive. */
export function index(random: Random): Drawn {
  const before = random.pick(["arc/x.a", "arc/bare.a"]);
  const options = oneIn(random, 3) ? [["-D"]] : [];
  return { tool: "ranlib", kind: "in place", head: ["@OUT@"], options, before, output: "n.a" };
}

/** Into another file. */
export function copy(random: Random): Drawn {
  const { tool, input, options } = copied(random);
  const operands = tool === "strip" ? [["-o", "@OUT@"], [`@UP@${input}`]] : [[`@UP@${input}`, "@OUT@"]];
  return { tool, kind: "to another file", options: [...options, ...operands], output: random.pick(["c.o", "d.o"]) };
}

/** In place. */
export function changeInPlace(random: Random): Drawn {
  const { tool, input, options } = copied(random);
  return {
    tool,
    kind: "in place",
    options: [...options, ["@OUT@"]],
    before: input,
    output: random.pick(["c.o", "d.o"]),
  };
}

const ARCHIVERS: readonly LinkTool[] = (["ar", "ar", "ar", "llvm-ar"] as const).filter(
  (tool) => Bun.which(tool) !== null,
);

const MAKING = ["rc", "rcs", "rcs", "r", "qc", "q", "rcD", "rcsU", "rcsT", "crs"];

function copied(random: Random): { tool: "objcopy" | "strip"; input: string; options: readonly Option[] } {
  const tool = random.pick(["strip", "objcopy"] as const);
  const input = random.pick(["obj/u0.o", "obj/u1.o", "libbase/libx.a", "lib0/libx.so"]);
  const options = Array.from({ length: 1 + random.below(2) }, () => anyOf(random, COPY_OPTIONS[tool] ?? []) ?? []);
  return { tool, input, options };
}
