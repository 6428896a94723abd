// What happens to the tree between two compiles. Half of the kinds deceive whoever trusts in times or sizes.

import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../support/random.ts";
import { anyOf, oneIn } from "./chance.ts";
import { HEADERS } from "./content.ts";
import {
  anyFile,
  type EditContext,
  exists,
  linkTarget,
  otherDigit,
  put,
  read,
  remember,
  replaceBy,
  rewrite,
  someHeaderPath,
} from "./edit-files.ts";
import { textFor } from "./tree.ts";

/** An edit works on one checkout, whose absolute path it is given. @returns what it touched; undefined: nothing. */
type Edit = (checkout: string, context: EditContext) => string | undefined;

const EDITS = {
  content: (checkout, context) => rewrite(anyFile(checkout, context), context),
  "same size": (checkout, context) => {
    const path = anyFile(checkout, context);
    const text = otherDigit(read(path), context);
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
    const text = otherDigit(read(path), context);
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

/** Kinds that have a bearing on compiles. A touch has none, unless its time shows. */
export const TELLING_KINDS: readonly EditKind[] = EDIT_KINDS.filter((kind) => kind !== "touched");

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
