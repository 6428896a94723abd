// Procedural macros that may read all variables at once, which no trace shows.

import type { Look } from "../core/observation.ts";
import { absolutePath } from "../core/raw-text.ts";
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

/**
 * Looks at the libraries that were loaded. 20 µs for a library of macros, 1.5 ms for the compiler's own, which has 2.5 MB
 * of names.
 */
export function macrosAmong(looks: readonly Look[], { plan, cwd }: Pick<CompileCall, "plan" | "cwd">): Macros {
  if (plan.variables === undefined) return { list: false, locate: false };
  const macros = looks.flatMap(({ path, aspect, found }) => {
    if (aspect !== "content" || !found || !LIBRARY.test(path)) return [];
    const names = dynamicStrings(absolutePath(path, cwd));
    return names?.includes(IS_MACRO) === true ? [names] : [];
  });
  return { list: macros.some((names) => names.includes(TABLE)), locate: macros.length > 0 };
}
