// Edits of programs: wrappers of assembler, linker, compiler and archiver that come and go in directories which are
// searched before the real ones, and what else compilers find there.

import { spawnSync } from "node:child_process";
import { chmodSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { anyOf, oneIn } from "./chance.ts";
import { type EditContext, type Edits, exists, otherDigit, put, read } from "./edit-files.ts";
import { CHECKOUTS, PROGRAM_DIRECTORIES } from "./tree.ts";

/** Puts wrappers where only -B and other values of variables lead. @param root Holds the checkouts. */
export function plantPrograms(root: string, context: EditContext): void {
  for (const name of ["as", "ld"]) writeProgram(join(root, CHECKOUTS[0], "bin2", name), context);
}

/** Such edits by kind. */
export const PROGRAM_EDITS = {
  "program appears": (checkout, context) => {
    const path = anyProgram(checkout, context);
    // Few at a time: each slows down what comes after it.
    for (const other of programsThere(checkout))
      if (!other.includes("/bin2/") && !oneIn(context.random, 3)) unlinkSync(other);
    writeProgram(path, context);
    return path;
  },
  "program removed": (checkout, { random }) => {
    const path = anyOf(random, programsThere(checkout));
    if (path !== undefined) unlinkSync(path);
    return path;
  },
  "program changed": (checkout, { random }) => {
    const path = anyOf(random, programsThere(checkout));
    if (path === undefined) return undefined;
    const { atime, mtime } = statSync(path);
    // The last number is the one that tells.
    writeFileSync(
      path,
      (read(path) ?? "").replace(/\d\d\d(?!.*\d\d\d)/s, (number) => otherDigit(number, random) ?? ""),
    );
    utimesSync(path, atime, mtime);
    return path;
  },
  "precompiled header": (checkout, context) => {
    const path = join(checkout, "base/pre.h.gch");
    if (exists(path) && oneIn(context.random, 2)) {
      rmSync(path);
      return path;
    }
    const text = read(join(checkout, "base/pre.h"))?.replace(/\d\d(?=\d)/g, () =>
      String(10 + context.random.below(90)),
    );
    if (text !== undefined) put(join(checkout, "base/pre.h"), text, context);
    const { status } = spawnSync("gcc", ["-x", "c-header", "-c", "base/pre.h", "-o", path], { cwd: checkout });
    return status === 0 ? path : undefined;
  },
} satisfies Edits;

const PROGRAMS = ["as", "as", "ld", "ld", "gcc", "ar", "specs"] as const;

/** Only the first checkout's directories are on PATH. */
function firstCheckout(checkout: string): string {
  return join(dirname(checkout), CHECKOUTS[0]);
}

function anyProgram(checkout: string, { random }: EditContext): string {
  const name = anyOf(random, PROGRAMS) ?? "as";
  const directory = name === "specs" ? "bin2" : (anyOf(random, PROGRAM_DIRECTORIES) ?? "bin0");
  return join(directory === "bin2" ? checkout : firstCheckout(checkout), directory, name);
}

function programsThere(checkout: string): string[] {
  const places = [firstCheckout(checkout), checkout].flatMap((root) =>
    PROGRAM_DIRECTORIES.map((name) => join(root, name)),
  );
  return [...new Set(places)].flatMap((place) => PROGRAMS.map((name) => join(place, name))).filter(exists);
}

function writeProgram(path: string, context: EditContext): void {
  writeFileSync(path, textOf(path, context));
  chmodSync(path, 0o755);
}

/** A number that shows in what is made, and for half of them on standard error, too. */
function textOf(path: string, { random, programs }: EditContext): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const number = 100 + random.below(900);
  if (name === "specs") return `*cc1_options:\n+ -DNAME=${number}\n\n`;
  const real = name === "gcc" ? (Bun.which("gcc") ?? "gcc") : join(programs, name);
  const option =
    { as: ` --defsym wrapped=${number}`, ld: ` --defsym=wrapped=${number}`, gcc: ` -DNAME=${number}` }[name] ?? "";
  const said = option === "" || oneIn(random, 2) ? `echo ${name} ${number} >&2\n` : "";
  return `#!/bin/sh\n${said}exec ${real} "$@"${option}\n`;
}
