// The source tree under test: two checkouts of the same files, with headers that shadow each other along several
// directories, links to headers and directories, response files and places for outputs.

import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../support/random.ts";
import { oneIn } from "./chance.ts";
import { assemblyText, blobText, HEADERS, headerText, sourceText, switchesText, twinText } from "./content.ts";

/** The same tree twice: what holds for one must not be taken for the other. */
export const CHECKOUTS = ["one", "two"] as const;

/** Directories that command lines search for headers. `base` has every header; `link` leads to `inc1`; `gone` is not there at first. */
export const SEARCHED = ["inc0", "inc1", "inc2", "link", "gone", "base"] as const;

/** Directories that compilers are run in. */
export const WORKING = [".", "src", "build"] as const;

/** C sources, without directory. `dated.c` shows the time of the compile, `twins.c` whether two headers have the same time. */
export const C_SOURCES = ["m0.c", "m1.c", "m2.c", "dated.c", "twins.c"] as const;
export const CXX_SOURCES = ["n0.cc", "n1.cpp"] as const;
export const ASSEMBLY_SOURCES = ["s0.S"] as const;
export const RESPONSE_FILES = ["o0.rsp", "o1.rsp"] as const;

/** A header of the tree: its directory, of `SEARCHED`, and its name with suffix. */
export type HeaderPlace = { readonly directory: string; readonly name: string };

/** Makes both checkouts below `root` anew. */
export function plantTree(root: string, random: Random): void {
  const [first, ...others] = CHECKOUTS;
  for (const name of CHECKOUTS) rmSync(join(root, name), { recursive: true, force: true });
  plantCheckout(join(root, first), random);
  for (const other of others) copyCheckout(root, first, other);
}

/** Makes one checkout the same as another, whose files it had before or not. */
export function copyCheckout(root: string, from: string, to: string): void {
  rmSync(join(root, to), { recursive: true, force: true });
  cpSync(join(root, from), join(root, to), { recursive: true, verbatimSymlinks: true });
}

/** New text for a file of the tree, by its path within a checkout. */
export function textFor(random: Random, path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const unit = name.replace(/\..*/, "");
  if (name === "cfg.h") return switchesText(random);
  if (name === "twin.h") return twinText(random);
  if (name.endsWith(".h")) return headerText(random, unit);
  if (name.endsWith(".S")) return assemblyText(random);
  if (name.endsWith(".bin")) return blobText(random);
  if (name.endsWith(".rsp")) return responseText(random);
  return sourceText(random, unit, {
    dated: name === "dated.c",
    includesBlob: name === "m2.c",
    twins: name === "twins.c",
  });
}

function plantCheckout(checkout: string, random: Random): void {
  const write = (path: string, text = textFor(random, path)): void => {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  };
  for (const name of [...C_SOURCES, ...CXX_SOURCES, ...ASSEMBLY_SOURCES]) write(`src/${name}`);
  for (const name of HEADERS) write(`base/${name}.h`);
  for (const directory of ["inc0", "inc1", "inc2", "inc1/sub", "base/sub"]) {
    for (const name of HEADERS) if (oneIn(random, 3)) write(`${directory}/${name}.h`);
  }
  const twin = twinText(random);
  for (const directory of ["inc0", "inc1"]) write(`${directory}/twin.h`, twin);
  for (const path of ["src/local.h", "base/cfg.h", "data/blob.bin"]) write(path);
  for (const name of RESPONSE_FILES) write(`opts/${name}`);
  for (const directory of ["inc0", "inc1", "inc2", "out", "build"])
    mkdirSync(join(checkout, directory), { recursive: true });
  symlinkSync("inc1", join(checkout, "link"));
  rmSync(join(checkout, "inc2/h4.h"), { force: true });
  symlinkSync("../base/h4.h", join(checkout, "inc2/h4.h"));
  symlinkSync("../data", join(checkout, "src/data"));
  symlinkSync("../data", join(checkout, "build/data"));
}

function responseText(random: Random): string {
  const lines = [`-DNAME=${10 + random.below(90)}`, "-DFLAG_A=1", "-Wall", "-UNAME", '-D"FLAG_B"=1'];
  return `${lines.filter(() => oneIn(random, 2)).join("\n")}\n`;
}
