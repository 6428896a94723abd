// Options of linkers and of tools that copy binaries, as they are drawn for command lines.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn } from "./chance.ts";
import type { LinkCommand, LinkTool } from "./commands.ts";
import type { Option } from "./options.ts";

/** One more option for such a command; undefined where there is none. */
export function drawLinkOption(random: Random, { tool }: LinkCommand): Option | undefined {
  if (isDriver(tool)) return linkerOption(random, forDriver);
  return isLinker(tool) ? linkerOption(random, (option) => option) : anyOf(random, COPY_OPTIONS[tool] ?? []);
}

/** An option that names a number and otherwise changes next to nothing; undefined where there is none. */
export function numberOption({ tool }: LinkCommand, number: number): Option | undefined {
  const option = [`--defsym=unseen=${number}`];
  if (isDriver(tool)) return forDriver(option);
  return isLinker(tool) ? option : undefined;
}

/** What one kind of draw says of a command. */
export type Drawn = Pick<LinkCommand, "kind" | "options" | "tool"> & Partial<LinkCommand>;

/** A file of the checkout under one of its names. */
export function anyOperand(random: Random, path: string): Option {
  return [`${oneIn(random, 10) ? "@ROOT@/" : oneIn(random, 10) ? "@UP@liblink/../" : "@UP@"}${path}`];
}

/** Linkers that are installed. */
export const PRESENT_LINKERS: readonly LinkTool[] = (["ld", "ld.gold", "ld.lld", "mold"] as const).filter(
  (tool) => Bun.which(tool) !== null,
);

/** As a compiler driver takes them. */
export function forDriver(option: Option): Option {
  const [first = ""] = option;
  return first.startsWith("-g") || first.startsWith("@") || first.startsWith("-B@")
    ? option
    : [`-Wl,${option.join(",")}`];
}

/** Options of linkers; the last ones are for drivers. */
export function linkerOption(random: Random, wrap: (option: Option) => Option): Option {
  const forAll: Option[] = [
    ["-Map", "@UP@out/m.map"],
    ["-Map=@OUT@.map"],
    ["--build-id"],
    ["--build-id=sha1"],
    ["--build-id=none"],
    ["--version-script=@UP@ld/x.map"],
    ["--version-script=@ROOT@/ld/x.map"],
    ["--dynamic-list=@UP@ld/x.list"],
    ["--retain-symbols-file=@UP@ld/x.syms"],
    ["--dependency-file=@UP@out/l.d"],
    ["--gc-sections"],
    ["--as-needed"],
    ["--whole-archive"],
    ["-rpath", "/x"],
    ["-soname", "lib.so.1"],
    ["--defsym=added=5"],
    ["--export-dynamic"],
    ["-Bstatic"],
    ["-z", "now"],
    ["-s"],
    ["-S"],
    ["-t"],
  ];
  const forDrivers: Option[] = [["-g"], ["@@UP@opts/l0.rsp"], ["-B@UP@bin2"], ["-B@UP@libbase/"]];
  const isForDriver = wrap !== undefined && wrap(["-s"])[0] !== "-s";
  return wrap(anyOf(random, isForDriver ? [...forAll, ...forDrivers, ...forDrivers] : forAll) ?? ["-s"]);
}

const SHARED_OPTIONS: readonly Option[] = [["-g"], ["-x"], ["-R", ".comment"], ["-K", "u0"], ["-N", "u1_more"]];
/** Of those that copy binaries. */
export const COPY_OPTIONS: Readonly<Record<string, readonly Option[]>> = {
  strip: [...SHARED_OPTIONS, ["--strip-unneeded"], ["-s"]],
  objcopy: [
    ...SHARED_OPTIONS,
    ["--only-keep-debug"],
    ["--redefine-sym", "u0=renamed"],
    ["--redefine-syms=@UP@ld/x.syms"],
    ["--keep-symbols=@UP@ld/x.syms"],
    ["--rename-section", ".data=.odd"],
    ["--add-section", ".more=@UP@ld/x.ld"],
    ["-O", "binary"],
    ["-I", "elf64-x86-64"],
  ],
};

function isDriver(tool: LinkTool): boolean {
  return /^(?:clang|g)(?:cc|\+\+)?$/.test(tool);
}

function isLinker(tool: LinkTool): boolean {
  return /^(?:ld|mold)/.test(tool);
}
