// What happens to the tree between two compiles. Half of the kinds deceive whoever trusts in times or sizes.

import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../support/random.ts";
import { anyOf, oneIn } from "./chance.ts";
import { HEADERS } from "./content.ts";
import { ASSEMBLY_SOURCES, C_SOURCES, CXX_SOURCES, RESPONSE_FILES, SEARCHED, textFor } from "./tree.ts";

/** An edit works on one checkout, whose absolute path it is given. @returns what it touched; undefined: nothing. */
type Edit = (checkout: string, context: EditContext) => string | undefined;

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

const EDITS = {
  content: (checkout, context) => rewrite(anyFile(checkout, context), context),
  "same size": (checkout, context) => {
    const path = anyFile(checkout, context);
    const text = read(path)?.replace(/(?<=\d)\d(?!.*\d)/s, (digit) => String((Number(digit) + 1) % 10));
    return text === undefined ? undefined : put(path, text, context);
  },
  comment: (checkout, context) => {
    const path = anyFile(checkout, context);
    const text = read(path)?.replace(/comment \d+/, () => `comment ${1000 + context.random.below(9000)}`);
    return text === undefined ? undefined : put(path, text, context);
  },
  "macro flip": (checkout, context) => {
    const path = join(checkout, "base/cfg.h");
    const flag = context.random.pick(["FLAG_A", "FLAG_B", "FLAG_C"]);
    const text = read(path)?.replace(new RegExp(`(?<=define ${flag} )[01]`), (bit) => (bit === "0" ? "1" : "0"));
    return text === undefined ? undefined : put(path, text, context);
  },
  revert: (_, { history, random }) => {
    const path = anyOf(random, [...history.keys()]);
    const text = path === undefined ? undefined : anyOf(random, history.get(path) ?? []);
    if (path === undefined || text === undefined || read(path) === text) return undefined;
    writeFileSync(path, text);
    return path;
  },
  "header appears": (checkout, context) => {
    const path = someHeaderPath(checkout, context, (path) => !exists(path) && exists(dirname(path)));
    return path === undefined ? undefined : put(path, textFor(context.random, path), context);
  },
  "header removed": (checkout, context) => {
    // Without the last header of a name most compiles would fail.
    const path = someHeaderPath(checkout, context, (path) => exists(path) && !path.includes("/base/"));
    if (path === undefined) return undefined;
    remember(path, read(path) ?? "", context);
    unlinkSync(path);
    return path;
  },
  "renamed over": (checkout, context) => {
    const path = anyFile(checkout, context);
    return replaceBy(path, { text: textFor(context.random, path), old: false }, context);
  },
  "renamed over by an older file": (checkout, context) => {
    const path = anyFile(checkout, context);
    return replaceBy(path, { text: textFor(context.random, path), old: true }, context);
  },
  "time restored": (checkout, context) => {
    const path = anyFile(checkout, context);
    const before = statSync(path);
    const text = read(path)?.replace(/(?<=\d)\d(?!.*\d)/s, (digit) => String((Number(digit) + 3) % 10));
    if (text === undefined) return undefined;
    put(path, text, context);
    utimesSync(path, before.atime, before.mtime);
    return path;
  },
  touched: (checkout, context) => {
    const path = anyFile(checkout, context);
    const time = Date.now() / 1000 - context.random.below(3) * 1000;
    utimesSync(path, time, time);
    return path;
  },
  "directory moves": (checkout, { random }) => {
    const path = join(checkout, random.pick(["inc0", "inc1", "inc2", "inc1/sub", "base/sub"]));
    const away = `${path}.away`;
    if (exists(away)) {
      if (!exists(path)) renameSync(away, path);
    } else renameSync(path, away);
    return path;
  },
  "directory appears": (checkout, context) => {
    const path = join(checkout, "gone");
    if (exists(path)) rmSync(path, { recursive: true });
    else {
      mkdirSync(path);
      const header = join(path, `${context.random.pick(HEADERS)}.h`);
      writeFileSync(header, textFor(context.random, header));
    }
    return path;
  },
  "directory and link exchanged": (checkout, { random }) => {
    const path = join(checkout, random.pick(["inc0", "inc2"]));
    const kept = `${path}.real`;
    if (exists(kept)) {
      unlinkSync(path);
      renameSync(kept, path);
    } else {
      renameSync(path, kept);
      symlinkSync(random.pick(["inc1", "base"]), path);
    }
    return path;
  },
  "link retargeted": (checkout, { random }) => {
    const path = join(checkout, random.pick(["link", "inc2/h4.h"]));
    const targets: [string, ...string[]] = path.endsWith(".h")
      ? ["../base/h4.h", "../base/h5.h", "../nowhere"]
      : ["inc1", "inc0", "base", "inc2"];
    const target = random.pick(targets);
    if (linkTarget(path) === target) return undefined;
    const staged = `${path}.new`;
    symlinkSync(target, staged);
    renameSync(staged, path);
    return path;
  },
} satisfies Readonly<Record<string, Edit>>;

/** A kind of edit. */
export type EditKind = keyof typeof EDITS;

/** All kinds. */
export const EDIT_KINDS = Object.keys(EDITS).filter((name): name is EditKind => Object.hasOwn(EDITS, name));

/** One of all kinds. What only absent paths as dependencies protect from is more frequent. */
export function anyKind(random: Random): EditKind {
  return oneIn(random, 4) ? "header appears" : (anyOf(random, EDIT_KINDS) ?? "content");
}

/** Kinds that mostly change what a compile reads, if they are given a favourite. */
export const CONTENT_KINDS: readonly [EditKind, ...EditKind[]] = [
  "content",
  "same size",
  "renamed over",
  "renamed over by an older file",
  "time restored",
];

/** Edits of a checkout. @returns the path that was touched; undefined if the edit does not apply to the tree as it is. */
export function applyEdit(kind: EditKind, checkout: string, context: EditContext): string | undefined {
  try {
    return EDITS[kind](checkout, context);
  } catch (error) {
    // Its file is away at the moment, or a link leads nowhere.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

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
function anyFile(checkout: string, context: EditContext): string {
  const { random, favourite } = context;
  if (favourite !== undefined && !oneIn(random, 4)) return join(checkout, favourite);
  if (oneIn(random, 2)) return headerPath(checkout, context);
  return join(checkout, anyOf(random, oneIn(random, 2) ? SOURCES : OTHERS) ?? "base/cfg.h");
}

function headerPath(checkout: string, { random, directories }: EditContext): string {
  const likely = oneIn(random, 4) ? undefined : anyOf(random, directories);
  const directory = likely ?? anyOf(random, [...SEARCHED, "base", "inc1/sub"]) ?? "base";
  return join(checkout, directory, `${random.pick(HEADERS)}.h`);
}

/** One of some tries. */
function someHeaderPath(checkout: string, context: EditContext, fits: (path: string) => boolean): string | undefined {
  return Array.from({ length: TRIES }, () => headerPath(checkout, context)).find(fits);
}

function rewrite(path: string, context: EditContext): string | undefined {
  return exists(path) ? put(path, textFor(context.random, path), context) : undefined;
}

function put(path: string, text: string, context: EditContext): string | undefined {
  const before = read(path);
  if (before === text) return undefined;
  if (before !== undefined) remember(path, before, context);
  writeFileSync(path, text);
  return path;
}

function replaceBy(
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

function remember(path: string, text: string, { history }: EditContext): void {
  history.set(path, [...(history.get(path) ?? []), text].slice(-TEXTS_KEPT));
}

function read(path: string): string | undefined {
  return exists(path) ? readFileSync(path, "utf8") : undefined;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function linkTarget(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}
