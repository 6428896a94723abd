// The files that edits work on, and the ways to change one.

import { lstatSync, readFileSync, readlinkSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../support/random.ts";
import { anyOf, oneIn } from "./chance.ts";
import type { Command } from "./commands.ts";
import { HEADERS } from "./content.ts";
import { LINK_TEXTS } from "./link-texts.ts";
import { isBinary, LATE_UNITS, UNITS } from "./materials.ts";
import {
  ASSEMBLY_SOURCES,
  C_SOURCES,
  CONFIG_FILE,
  CXX_SOURCES,
  LIBRARIES,
  RESPONSE_FILES,
  SEARCHED,
  type Source,
  textFor,
} from "./tree.ts";

/** What edits share. */
export type EditContext = Source & {
  /** What the edited files are mostly for. */
  readonly what: Command["what"];
  /** Directory of the real programs that wrappers start. */
  readonly programs: string;
  /** Earlier contents of files by absolute path, oldest first; the file that was edited last stands last. */
  readonly history: Map<string, string[]>;
  /** A file of the checkout that edits of any file mostly choose. */
  readonly favourite: string | undefined;
  /** Directories that edits of headers mostly choose, of `SEARCHED`. */
  readonly directories: readonly string[];
  /** Libraries without suffixes that edits of libraries mostly choose: "lib0/libx". */
  readonly libraries: readonly string[];
};

/** An edit works on one checkout, whose absolute path it is given. @returns what it touched; undefined: nothing. */
export type Edit = (checkout: string, context: EditContext) => string | undefined;

/** Edits by kind. */
export type Edits = Readonly<Record<string, Edit>>;

const SOURCES = [...C_SOURCES, ...CXX_SOURCES, ...ASSEMBLY_SOURCES].map((name) => `src/${name}`);
const OTHERS = [
  "data/blob.bin",
  "data/more.inc",
  "base/cfg.h",
  "base/pre.h",
  "inc0/twin.h",
  "inc1/twin.h",
  ...[...RESPONSE_FILES, CONFIG_FILE].map((name) => `opts/${name}`),
];
const LINKED = [
  ...[...UNITS, "main", ...LATE_UNITS].map((unit) => `obj/${unit}.o`),
  ...["arc/x.a", "arc/bare.a", "libbase/libt.a"],
  ...LINK_TEXTS,
];
/** What libraries are called. */
const LIBRARY_NAMES = ["libx.a", "liby.a", "libx.so", "liby.so", "libw.so"] as const;
const TEXTS_KEPT = 4;
const TRIES = 8;

const ONLY_SUFFIX: Readonly<Record<string, string>> = { t: ".a", w: ".so" };

/** Without a favourite half are headers or libraries, of which some are not there. */
export function anyFile(checkout: string, context: EditContext): string {
  const { random, favourite } = context;
  if (favourite !== undefined && !oneIn(random, 4)) return join(checkout, favourite);
  const forLinks = (context.what === "link") !== oneIn(random, 8);
  if (oneIn(random, 2)) return forLinks ? libraryPath(checkout, context) : headerPath(checkout, context);
  const others = forLinks ? LINKED : oneIn(random, 2) ? SOURCES : OTHERS;
  return join(checkout, anyOf(random, others) ?? "base/cfg.h");
}

/** One of some tries. */
export function someHeaderPath(
  checkout: string,
  context: EditContext,
  fits: (path: string) => boolean,
): string | undefined {
  return Array.from({ length: TRIES }, () => headerPath(checkout, context)).find(fits);
}

/** One of some tries. */
export function someLibraryPath(
  checkout: string,
  context: EditContext,
  fits: (path: string) => boolean,
): string | undefined {
  return Array.from({ length: TRIES }, () => libraryPath(checkout, context)).find(fits);
}

/** Another text of the same kind in place of a file that is there. @returns its path. */
export function rewrite(path: string, context: EditContext): string | undefined {
  return exists(path) ? put(path, textFor(context, path), context) : undefined;
}

/** Another content of the same size for a file that is there: a text with one digit of a longer number changed. */
export function sameSize(path: string, context: EditContext): string | undefined {
  const text = read(path);
  if (text === undefined) return undefined;
  return isBinary(path) ? context.materials.another(context.random, path, text) : otherDigit(text, context.random);
}

/** The text with one digit of a longer number changed, so that its size stays; undefined if there is none. */
export function otherDigit(text: string, random: Random): string | undefined {
  const match = anyOf(random, [...text.matchAll(/(?<=\d)\d/g)]);
  if (match === undefined) return undefined;
  const digit = (Number(match[0]) + 1 + random.below(9)) % 10;
  return `${text.slice(0, match.index)}${digit}${text.slice(match.index + 1)}`;
}

/** Writes a text, unless the file has it. @returns its path if it was written. */
export function put(path: string, text: string, context: EditContext): string | undefined {
  const before = read(path);
  if (before === text) return undefined;
  if (before !== undefined) remember(path, before, context);
  writeFileSync(path, text, "latin1");
  return path;
}

/** Renames another file over one that is there; an old one is older than all others. @returns its path. */
export function replaceBy(
  path: string,
  { text, old }: { text: string; old: boolean },
  context: EditContext,
): string | undefined {
  const before = read(path);
  if (before === undefined) return undefined;
  remember(path, before, context);
  const staged = join(dirname(path), ".staged");
  writeFileSync(staged, text, "latin1");
  if (old) utimesSync(staged, 1_000_000_000, 1_000_000_000);
  renameSync(staged, path);
  return path;
}

/** Keeps a text to revert to. */
export function remember(path: string, text: string, { history }: EditContext): void {
  const texts = [...(history.get(path) ?? []), text].slice(-TEXTS_KEPT);
  history.delete(path);
  history.set(path, texts);
}

/** Text of a file; undefined if it is not there. */
export function read(path: string): string | undefined {
  return exists(path) ? readFileSync(path, "latin1") : undefined;
}

/** True for whatever bears that name, links that lead nowhere included. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Target of a symbolic link; undefined if it is none. */
export function linkTarget(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}

function headerPath(checkout: string, { random, directories }: EditContext): string {
  const named = directories.filter((name) => SEARCHED.some((other) => other === name));
  const likely = oneIn(random, 4) ? undefined : anyOf(random, named);
  const directory = likely ?? anyOf(random, [...SEARCHED, "base", "inc1/sub", "base/inc2"]) ?? "base";
  return join(checkout, directory, `${random.pick(HEADERS)}.h`);
}

function libraryPath(checkout: string, { random, libraries }: EditContext): string {
  const named = oneIn(random, 4) ? undefined : anyOf(random, libraries);
  if (named !== undefined)
    return join(checkout, named + (ONLY_SUFFIX[named.at(-1) ?? ""] ?? random.pick([".a", ".so"])));
  return join(checkout, anyOf(random, LIBRARIES) ?? "libbase", random.pick(LIBRARY_NAMES));
}
