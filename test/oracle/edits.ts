// What happens to the tree between two calls: all kinds of edits, and which one is next.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn } from "./chance.ts";
import { type Command, librariesOf } from "./commands.ts";
import type { EditContext, Edits } from "./edit-files.ts";
import { FILE_EDITS } from "./file-edits.ts";
import { LIBRARY_EDITS } from "./library-edits.ts";
import { PROGRAM_EDITS } from "./program-edits.ts";

const EDITS = { ...FILE_EDITS, ...LIBRARY_EDITS, ...PROGRAM_EDITS } satisfies Edits;

/** A kind of edit. */
export type EditKind = keyof typeof EDITS;

/** All kinds. */
export const EDIT_KINDS = Object.keys(EDITS).filter((name): name is EditKind => Object.hasOwn(EDITS, name));

/** Kinds that have a bearing on results. A touch has none, unless its time shows. */
export const TELLING_KINDS: readonly EditKind[] = EDIT_KINDS.filter((kind) => kind !== "touched");

const FOR_COMPILES = new Set(["comment", "macro flip", "header appears", "header removed", "precompiled header"]);

/** What a kind mostly has a bearing on; undefined: on both. */
export function concerned(kind: EditKind): Command["what"] | undefined {
  if (Object.hasOwn(LIBRARY_EDITS, kind)) return "link";
  return FOR_COMPILES.has(kind) ? "compile" : undefined;
}

/** True for a command that an edit of this kind can concern, as far as that is rare. */
export function mayConcern(kind: EditKind, command: Command): boolean {
  return kind !== "precompiled header" || command.options.flat().some((argument) => argument.endsWith("/pre.h"));
}

/** One of the kinds for such a command. What only absent paths as dependencies protect from is more frequent. */
export function anyKind(random: Random, command: Command): EditKind {
  const { what } = command;
  if (what === "compile" && oneIn(random, 4)) return "header appears";
  if (librariesOf(command).length > 0 && oneIn(random, 2)) return "library appears";
  const fitting = EDIT_KINDS.filter((kind) => (concerned(kind) ?? what) === what);
  return anyOf(random, oneIn(random, 12) ? EDIT_KINDS : fitting) ?? "content";
}

/** Kinds that mostly change what a command reads, if they are given a favourite. */
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
