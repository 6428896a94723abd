// Which headers C-like files may include, transitively. Conservative: conditions and comments are not understood, so a
// header that the preprocessor would skip counts as well; one that a macro names is for the access trace to find.

import type { RawText } from "../../core/raw-text.ts";
import { absolutePath, baseName, withoutEmptySteps } from "../../core/raw-text.ts";
import { directoryOf } from "../../deliver/destination.ts";
import { BoundedMap } from "../../sys/bounded-map.ts";
import { readRaw } from "../../sys/read-raw.ts";
import { realPathIfAny } from "../../sys/real-path.ts";

/** One directive, e.g. `#include <stdio.h>`. */
export type Include = {
  readonly name: RawText;
  readonly form: "quoted" | "angle";
  /** True for `#include_next`, which goes on behind the directory that the file itself was found in. */
  readonly next: boolean;
};

/** Where headers are looked for, in this order. */
export type IncludeDirectories = {
  /** Of quoted includes only, behind the directory of the including file. */
  readonly iquote: readonly RawText[];
  readonly plain: readonly RawText[];
  readonly system: readonly RawText[];
};

/** What a scan needs to know of files; states as in core/entry.ts, all paths absolute. */
export type ScannedFiles = {
  readonly contents: (paths: readonly RawText[]) => Promise<readonly string[]>;
  /** True for a file of any content. */
  readonly isFile: (path: RawText) => boolean;
};

/** A file and its state. */
export type NamedState = { readonly path: RawText; readonly state: string };

/** Remembers what was read: a text is taken apart once for each content. */
export class IncludeScanner {
  readonly #known = new BoundedMap<string, readonly Include[]>(KEPT);

  /**
   * The files and all headers that they may include, as they are spelled: the first that is found of each name. A file
   * that is there under several names is followed once for each directory that it is really in.
   */
  async scan(
    files: readonly RawText[],
    { directories, cwd }: { directories: IncludeDirectories; cwd: RawText },
    look: ScannedFiles,
  ): Promise<NamedState[]> {
    const found: NamedState[] = [];
    const seen = new Set<RawText>();
    let level = files.filter((path) => isNew(path, cwd, seen));
    while (level.length > 0) {
      const states = await look.contents(level.map((path) => absolutePath(path, cwd)));
      const next: RawText[] = [];
      for (const [index, path] of level.entries()) {
        const state = states[index] ?? "E";
        found.push({ path, state });
        for (const include of this.#includesOf(absolutePath(path, cwd), state)) {
          const headers = resolve(include, path, directories).filter((header) =>
            look.isFile(absolutePath(header, cwd)),
          );
          const taken = include.next ? headers : headers.slice(0, 1);
          next.push(...taken.filter((header) => isNew(header, cwd, seen)));
        }
      }
      level = next;
    }
    return found;
  }

  #includesOf(path: RawText, state: string): readonly Include[] {
    if (!state.startsWith("F")) return [];
    const known = this.#known.get(state);
    if (known !== undefined) return known;
    const includes = includesIn(readRaw(path));
    this.#known.set(state, includes);
    return includes;
  }
}

/**
 * The includes that a text may have, each once.
 * @example A comment between the parts, and a line that is continued
 * ```ts
 * const found = includesIn('# /* *\/ inc\\\nlude <a.h>\n');
 * if (found[0]?.name !== "a.h" || found[0].form !== "angle") throw new Error("unexpected include");
 * ```
 */
export function includesIn(text: RawText): Include[] {
  const includes = new Map<string, Include>();
  for (const [whole, word, quoted, angle] of text.replace(/\\[ \t]*\r?\n/g, "").matchAll(DIRECTIVE)) {
    const name = quoted ?? angle;
    if (name === undefined || name === "") continue;
    const form = quoted === undefined ? "angle" : "quoted";
    const next = word === "include_next";
    includes.set(whole, { name, form, next });
  }
  return [...includes.values()];
}

// Some kilobytes each at most.
const KEPT = 20_000;

// Not tied to the beginning of a line: what stands before it may be the end of a comment. The second and third spelling of
// # are the digraph and the trigraph (C11 6.4.6, 5.2.1.1).
const BLANK = String.raw`(?:[ \t\v\f]|/\*(?:[^*]|\*(?!/))*\*/)*`;
const DIRECTIVE = new RegExp(
  String.raw`(?:#|%:|\?\?=)${BLANK}(include_next|include|import|embed)${BLANK}(?:"([^"\n]*)"|<([^>\n]*)>)`,
  "g",
);

function resolve({ name, form }: Include, from: RawText, { iquote, plain, system }: IncludeDirectories): RawText[] {
  if (name.startsWith("/")) return [name];
  const own = from.includes("/") ? directoryOf(from) : ".";
  const places = form === "quoted" ? [own, ...iquote, ...plain, ...system] : [...plain, ...system];
  return places.map((directory) => spelled(directory, name));
}

function spelled(directory: RawText, name: RawText): RawText {
  return withoutEmptySteps(directory === "." || directory === "" ? name : `${directory}/${name}`);
}

/** True for the first spelling of a file in the directory that it is really in: includes are looked for from there. */
function isNew(path: RawText, cwd: RawText, seen: Set<RawText>): boolean {
  const place = `${realDirectory(absolutePath(path, cwd))}/${baseName(path)}`;
  if (seen.has(place)) return false;
  seen.add(place);
  return true;
}

function realDirectory(path: RawText): RawText {
  const directory = directoryOf(path);
  // If it is not there, its state will say so.
  return realPathIfAny(directory) ?? directory;
}
