// The files that edits work on, and the ways to change one.

import { lstatSync, readFileSync, readlinkSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../support/random.ts";
import { anyOf, oneIn } from "./chance.ts";
import { HEADERS } from "./content.ts";
import { ASSEMBLY_SOURCES, C_SOURCES, CXX_SOURCES, RESPONSE_FILES, SEARCHED, textFor } from "./tree.ts";

/** What edits share. */
export type EditContext = {
  readonly random: Random;
  /** Earlier contents of files by absolute path, oldest first. */
  readonly history: Map<string, string[]>;
  /** A file of the checkout that edits of any file mostly choose. */
  readonly favourite: string | undefined;
  /** Directories that edits of headers mostly choose, of `SEARCHED`. */
  readonly directories: readonly string[];
};

const SOURCES = [...C_SOURCES, ...CXX_SOURCES, ...ASSEMBLY_SOURCES].map((name) => `src/${name}`);
const OTHERS = [
  "data/blob.bin",
  "base/cfg.h",
  "inc0/twin.h",
  "inc1/twin.h",
  ...RESPONSE_FILES.map((name) => `opts/${name}`),
];
const TEXTS_KEPT = 4;
const TRIES = 8;

/** Without a favourite half are headers, of which some are not there. */
export function anyFile(checkout: string, context: EditContext): string {
  const { random, favourite } = context;
  if (favourite !== undefined && !oneIn(random, 4)) return join(checkout, favourite);
  if (oneIn(random, 2)) return headerPath(checkout, context);
  return join(checkout, anyOf(random, oneIn(random, 2) ? SOURCES : OTHERS) ?? "base/cfg.h");
}

/** One of some tries. */
export function someHeaderPath(
  checkout: string,
  context: EditContext,
  fits: (path: string) => boolean,
): string | undefined {
  return Array.from({ length: TRIES }, () => headerPath(checkout, context)).find(fits);
}

/** Another text of the same kind in place of a file that is there. @returns its path. */
export function rewrite(path: string, context: EditContext): string | undefined {
  return exists(path) ? put(path, textFor(context.random, path), context) : undefined;
}

/** The text with one digit of a longer number changed, so that its size stays; undefined if there is none. */
export function otherDigit(text: string | undefined, { random }: EditContext): string | undefined {
  const match = anyOf(random, [...(text ?? "").matchAll(/(?<=\d)\d/g)]);
  if (text === undefined || match === undefined) return undefined;
  const digit = (Number(match[0]) + 1 + random.below(9)) % 10;
  return `${text.slice(0, match.index)}${digit}${text.slice(match.index + 1)}`;
}

/** Writes a text, unless the file has it. @returns its path if it was written. */
export function put(path: string, text: string, context: EditContext): string | undefined {
  const before = read(path);
  if (before === text) return undefined;
  if (before !== undefined) remember(path, before, context);
  writeFileSync(path, text);
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
  writeFileSync(staged, text);
  if (old) utimesSync(staged, 1_000_000_000, 1_000_000_000);
  renameSync(staged, path);
  return path;
}

/** Keeps a text to revert to. */
export function remember(path: string, text: string, { history }: EditContext): void {
  history.set(path, [...(history.get(path) ?? []), text].slice(-TEXTS_KEPT));
}

/** Text of a file; undefined if it is not there. */
export function read(path: string): string | undefined {
  return exists(path) ? readFileSync(path, "utf8") : undefined;
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
  const likely = oneIn(random, 4) ? undefined : anyOf(random, directories);
  const directory = likely ?? anyOf(random, [...SEARCHED, "base", "inc1/sub"]) ?? "base";
  return join(checkout, directory, `${random.pick(HEADERS)}.h`);
}
