// Procedural macros that may read all variables at once, which no trace shows.

import type { Look } from "../core/observation.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import type { FileStates } from "../key/file-states.ts";
import type { StateItem } from "../key/state-items.ts";
import { BoundedMap } from "../sys/bounded-map.ts";
import { dynamicStrings } from "../sys/dynamic-strings.ts";
import type { CompileCall } from "./call.ts";

const LIBRARY = /\.so$/;
// By its beginning; the rest is a hash of the crate (rustc_session, "generate_proc_macro_decls_symbol").
const IS_MACRO = "_rustc_proc_macro_decls_";
// The table of variables under all of its names (environ(7)).
const TABLE = "environ\0";

/** What macros that were loaded may do unseen. */
export type Macros = {
  /** List variables. */
  readonly list: boolean;
  /** Ask for the working directory: any of them may. */
  readonly locate: boolean;
};

const NONE: Macros = { list: false, locate: false };

type Call = Pick<CompileCall, "plan" | "cwd">;
type Files = Pick<FileStates, "heldSince" | "state">;

/** Looks at the libraries that were loaded: once at each content where files are watched. */
export function macrosAmong(looks: readonly Look[], { plan, cwd }: Call, files: Files): Macros {
  if (plan.variables === undefined) return NONE;
  const macros = looks.flatMap(({ path, aspect, found }) => {
    if (aspect !== "content" || !found || !LIBRARY.test(path)) return [];
    const { locate, list } = macrosIn(absolutePath(path, cwd), files);
    return locate ? [list] : [];
  });
  return { list: macros.includes(true), locate: macros.length > 0 };
}

// What is in a library, by the state of its content, which says all.
const KNOWN = new BoundedMap<string, Macros>(10_000);

/** 20 µs for a library of macros, 1.5 ms for the compiler's own, which has 2.5 MB of names; 1 µs if its content is known. */
function macrosIn(library: RawText, files: Files): Macros {
  const before = heldState(library, files);
  const known = before && KNOWN.get(before.state);
  if (known !== undefined) return known;
  const names = dynamicStrings(library);
  const isMacro = names?.includes(IS_MACRO) === true;
  const macros = isMacro ? { locate: true, list: names.includes(TABLE) } : NONE;
  if (before !== undefined && isStill(before, library, files)) KNOWN.set(before.state, macros);
  return macros;
}

type Held = { readonly state: string; readonly since: number };

/** The state of a content that is known without a look, as for watched files, and since when. */
function heldState(library: RawText, files: Files): Held | undefined {
  const item: StateItem = { path: library, aspect: "content" };
  if (files.heldSince(item) === undefined) return undefined;
  // Takes in what has happened since: it may not be held any more.
  const state = files.state(library, "content");
  const since = files.heldSince(item);
  return since === undefined ? undefined : { state, since };
}

/** True if nothing has happened to the library until now. */
function isStill({ state, since }: Held, library: RawText, files: Files): boolean {
  return files.state(library, "content") === state && files.heldSince({ path: library, aspect: "content" }) === since;
}
