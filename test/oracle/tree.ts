// The source tree under test: two checkouts of the same files, with headers and libraries that shadow each other along
// several directories, links to files and directories, response files and places for outputs.

import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../support/random.ts";
import { oneIn } from "./chance.ts";
import { assemblyText, blobText, HEADERS, headerText, sourceText, switchesText, twinText } from "./content.ts";
import { LINK_TEXTS, linkText } from "./link-texts.ts";
import { isBinary, LATE_UNITS, type Materials, UNITS } from "./materials.ts";

/** The same tree twice: what holds for one must not be taken for the other. */
export const CHECKOUTS = ["one", "two"] as const;

/** Directories that command lines search for headers. `base` has every header; `link` leads to `inc1`; `gone` is not there at first. */
export const SEARCHED = ["inc0", "inc1", "inc2", "link", "gone", "base"] as const;

/** Directories for libraries. `libbase` has them all; `liblink` leads to `lib1`; `libgone` is not there at first. */
export const LIBRARIES = ["lib0", "lib1", "liblink", "libgone", "libbase"] as const;

/** Directories for programs, empty at first: two on PATH, one for -B and the like. */
export const PROGRAM_DIRECTORIES = ["bin0", "bin1", "bin2"] as const;

/** Directories that tools are run in; `srclink` leads to `src`. */
export const WORKING = [".", "src", "build", "srclink"] as const;

/** C sources, without directory. `dated.c` shows the time of the compile, `twins.c` whether two headers have the same time. */
export const C_SOURCES = ["m0.c", "m1.c", "m2.c", "dated.c", "twins.c"] as const;
export const CXX_SOURCES = ["n0.cc", "n1.cpp"] as const;
export const ASSEMBLY_SOURCES = ["s0.S"] as const;
export const RESPONSE_FILES = ["o0.rsp", "o1.rsp"] as const;
/** clang's, below `opts` as well. */
export const CONFIG_FILE = "c0.cfg";

/** What texts and binaries are made from. */
export type Source = { readonly random: Random; readonly materials: Materials };

/** A header of the tree: its directory, of `SEARCHED`, and its name with suffix. */
export type HeaderPlace = { readonly directory: string; readonly name: string };

/** Makes both checkouts below `root` anew. */
export function plantTree(root: string, by: Source): void {
  const [first, ...others] = CHECKOUTS;
  for (const name of CHECKOUTS) rmSync(join(root, name), { recursive: true, force: true });
  plantCheckout(join(root, first), by);
  for (const other of others) copyCheckout(root, first, other);
}

/** Makes one checkout the same as another, whose files it had before or not. */
export function copyCheckout(root: string, from: string, to: string): void {
  rmSync(join(root, to), { recursive: true, force: true });
  cpSync(join(root, from), join(root, to), { recursive: true, verbatimSymlinks: true });
}

/** New text for a file of the tree, by its path within a checkout. One code unit is one byte. */
export function textFor({ random, materials }: Source, path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const unit = name.replace(/\..*/, "");
  if (isBinary(path)) return materials.another(random, path) ?? "";
  if (name === "cfg.h") return switchesText(random);
  if (name === "twin.h") return twinText(random);
  if (name.endsWith(".h")) return headerText(random, unit);
  if (name.endsWith(".S")) return assemblyText(random);
  if (name.endsWith(".bin")) return blobText(random);
  if (name.endsWith(".inc")) return ` .long ${100 + random.below(900)}\n`;
  return linkText(random, name) ?? (/\.(?:rsp|cfg)$/.test(name) ? responseText(random) : cText(random, unit, name));
}

function cText(random: Random, unit: string, name: string): string {
  return sourceText(random, unit, {
    dated: name === "dated.c",
    includesBlob: name === "m2.c",
    twins: name === "twins.c",
  });
}

function plantCheckout(checkout: string, by: Source): void {
  const write = (path: string, text = textFor(by, path)): void => {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text, "latin1");
  };
  for (const path of ALWAYS_THERE) write(path);
  const twin = twinText(by.random);
  for (const directory of ["inc0", "inc1"]) write(`${directory}/twin.h`, twin);
  for (const path of SOMETIMES_THERE) if (oneIn(by.random, 3)) write(path);
  for (const name of EMPTY_DIRECTORIES) mkdirSync(join(checkout, name), { recursive: true });
  rmSync(join(checkout, "inc2/h4.h"), { force: true });
  for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, join(checkout, path));
}

const ALWAYS_THERE = [
  ...[...C_SOURCES, ...CXX_SOURCES, ...ASSEMBLY_SOURCES].map((name) => `src/${name}`),
  ...HEADERS.map((name) => `base/${name}.h`),
  ...["src/local.h", "base/cfg.h", "base/pre.h", "data/blob.bin", "data/more.inc"],
  ...[...RESPONSE_FILES, CONFIG_FILE].map((name) => `opts/${name}`),
  ...[...UNITS, "main", ...LATE_UNITS].map((unit) => `obj/${unit}.o`),
  ...LINK_TEXTS,
  ...["libx.a", "liby.a", "libt.a", "libw.so"].map((name) => `libbase/${name}`),
  ...["arc/x.a", "arc/bare.a"],
];

const SOMETIMES_THERE = [
  ...["inc0", "inc1", "inc2", "inc1/sub", "base/sub", "base/inc2"].flatMap((directory) =>
    HEADERS.map((name) => `${directory}/${name}.h`),
  ),
  ...["lib0", "lib1"].flatMap((directory) =>
    ["libx.a", "liby.a", "libx.so", "libw.so"].map((name) => `${directory}/${name}`),
  ),
];

const EMPTY_DIRECTORIES = ["inc0", "inc1", "inc2", "lib0", "lib1", "out", "build", ...PROGRAM_DIRECTORIES];

/** Without it gcc does not link where GCC_EXEC_PREFIX leads it. */
const LINKER_PLUGIN = Bun.spawnSync(["gcc", "-print-file-name=liblto_plugin.so"]).stdout.toString().trim();

/** Symbolic links by path, and what they lead to at first. */
const LINKS = {
  "bin2/liblto_plugin.so": LINKER_PLUGIN,
  link: "inc1",
  liblink: "lib1",
  srclink: "src",
  "inc2/h4.h": "../base/h4.h",
  "src/data": "../data",
  "build/data": "../data",
};

function responseText(random: Random): string {
  const lines = [`-DNAME=${10 + random.below(90)}`, "-DFLAG_A=1", "-Wall", "-UNAME", '-D"FLAG_B"=1'];
  return `${lines.filter(() => oneIn(random, 2)).join("\n")}\n`;
}
