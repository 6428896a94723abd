// Objects, archives and shared libraries for the tree, made once by the real tools. Edits choose among them, so that
// they cost no compile. All objects of a unit but the last have one size; so have archives of the same members.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled } from "./chance.ts";

/** Units that archives are made of. */
export const UNITS = ["u0", "u1", "u2", "u3"] as const;

/** Units whose objects are left for link time. */
export const LATE_UNITS = ["w0", "w1"] as const;

/** A member of an archive: which of the objects of a unit. */
export type Member = { readonly unit: string; readonly variant: number };

/** True for paths of what is made here, as opposed to text. */
export function isBinary(path: string): boolean {
  return /\.[oa]$|lib[xy]\.so$/.test(path);
}

const VARIANTS = 4;
const LIBRARY_UNITS: Readonly<Record<string, readonly string[]>> = {
  x: ["u0", "u1", "u2"],
  y: ["u2", "u3", "u0"],
  t: ["u1", "u3"],
};

/** What is linked, as text of one code unit per byte. */
export class Materials {
  readonly #root: string;
  readonly #archives = new Map<string, string>();
  readonly #members = new Map<string, readonly Member[]>();
  readonly #binaries = new Map<string, readonly string[]>();

  /** @param root A directory that is made, with the gcc on PATH. */
  constructor(root: string) {
    this.#root = root;
    const names = [...UNITS, "main", ...LATE_UNITS];
    for (let variant = 0; variant < VARIANTS; variant++) this.#compile(variant);
    for (const unit of names) this.#keep(`${unit}.o`);
    for (const name of ["libx.so", "liby.so"]) this.#keep(name);
  }

  /** Another content for a file of that name. @param size Of the same size as this text, if there is one. */
  another(random: Random, path: string, size?: string): string | undefined {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name.endsWith(".a")) return this.#anotherArchive(random, name, size);
    const fitting = (this.#binaries.get(name) ?? []).filter(
      (text) => size === undefined || (text !== size && text.length === size.length),
    );
    return anyOf(random, fitting);
  }

  /** The members of an archive that was made here. */
  membersOf(archive: string): readonly Member[] | undefined {
    return this.#members.get(archive);
  }

  /** An archive of these members in this order. @param letters For ar. */
  archive(members: readonly Member[], letters = "rcsD"): string {
    const key = JSON.stringify([letters, members]);
    const known = this.#archives.get(key);
    if (known !== undefined) return known;
    const path = join(this.#root, "lib/new.a");
    rmSync(path, { force: true });
    for (const { unit, variant } of members)
      writeFileSync(join(this.#root, `obj/${unit}.o`), this.#object(unit, variant), "latin1");
    const operands = members.map(({ unit }) => `../obj/${unit}.o`);
    made(["ar", letters, "new.a", ...operands], join(this.#root, "lib"));
    const text = readFileSync(path, "latin1");
    this.#archives.set(key, text);
    this.#members.set(text, members);
    return text;
  }

  #anotherArchive(random: Random, name: string, size: string | undefined): string | undefined {
    // A thin archive holds names only, a bare one no index.
    const letters = { "libt.a": "rcsTD", "bare.a": "rcSD" }[name] ?? "rcsD";
    const before = size === undefined ? undefined : this.membersOf(size);
    const members = before ?? this.#anyMembers(random, name);
    const others = members.map(({ unit }) => ({ unit, variant: random.below(VARIANTS - 1) }));
    const text = this.archive(others, letters);
    return size === undefined || (text !== size && text.length === size.length) ? text : undefined;
  }

  #anyMembers(random: Random, name: string): readonly Member[] {
    const units = LIBRARY_UNITS[name.replace(/^lib|\.a$/g, "")] ?? UNITS;
    const some = oneIn(random, 2) ? units : units.slice(0, 1 + random.below(units.length));
    return shuffled(random, some).map((unit) => ({ unit, variant: random.below(VARIANTS) }));
  }

  #object(unit: string, variant: number): string {
    return this.#binaries.get(`${unit}.o`)?.[variant] ?? "";
  }

  #keep(name: string): void {
    const all = Array.from({ length: VARIANTS }, (_, variant) => join(this.#root, String(variant), name));
    this.#binaries.set(
      name,
      all.map((path) => readFileSync(path, "latin1")),
    );
  }

  #compile(variant: number): void {
    const directory = join(this.#root, String(variant));
    for (const path of [directory, join(this.#root, "obj"), join(this.#root, "lib")])
      mkdirSync(path, { recursive: true });
    const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
    const more = variant === VARIANTS - 1 ? "[3] = {1, 2, 3}" : ` = ${100 + variant}`;
    for (const unit of [...UNITS, ...LATE_UNITS])
      write(
        `${unit}.c`,
        `int ${unit}_value = ${200 + variant};\nint ${unit}_more${more};\nint ${unit}(void) { return ${unit}_value; }\n`,
      );
    const calls = UNITS.slice(0, 3);
    const declared = calls.map((unit) => `int ${unit}(void);\n`).join("");
    write(
      "main.c",
      `${declared}int main_value = ${300 + variant};\nint main(void) { return ${calls.map((unit) => `${unit}()`).join(" + ")}; }\n`,
    );
    write("w0.c", `int w1(void);\nint w0_value = ${400 + variant};\nint w0(void) { return w1() + ${variant}; }\n`);
    const sources = [...UNITS, "main"].map((unit) => `${unit}.c`);
    made(["gcc", "-c", "-g", "-fPIC", `-fdebug-prefix-map=${directory}=.`, ...sources], directory);
    made(
      ["gcc", "-c", "-O1", "-fPIC", "-flto", "-frandom-seed=1", ...LATE_UNITS.map((unit) => `${unit}.c`)],
      directory,
    );
    for (const name of ["x", "y"]) {
      const objects = (LIBRARY_UNITS[name] ?? []).slice(0, 2).map((unit) => `${unit}.o`);
      const soname = `-Wl,-soname,lib${name}.so.${variant % 2}`;
      made(["gcc", "-shared", "-nostdlib", soname, "-o", `lib${name}.so`, ...objects], directory);
    }
  }
}

/** @throws {Error} When the tool fails. */
function made(command: string[], cwd: string): void {
  const { COMPILER_PATH: _, ...env } = process.env;
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd, env, stdin: "ignore" });
  if (exitCode !== 0) throw new Error(`Cannot run "${command.join(" ")}": ${stderr.toString()}`);
}
