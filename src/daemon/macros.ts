// Procedural macros that may read all variables at once, which no trace shows.

import type { Look } from "../core/observation.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import { dynamicStrings } from "../sys/dynamic-strings.ts";
import type { CompileCall } from "./call.ts";

const LIBRARY = /\.so$/;
// By its beginning; the rest is a hash of the crate (rustc_session, "generate_proc_macro_decls_symbol").
const IS_MACRO = "_rustc_proc_macro_decls_";
// The table of variables under all of its names (environ(7)).
const TABLE = "environ\0";

/**
 * True if a library of procedural macros was loaded that may list variables. 20 µs for a library of
 * macros, 1.5 ms for the compiler's own, which has 2.5 MB of names.
 */
export function macrosListVariables(looks: readonly Look[], { plan, cwd }: Pick<CompileCall, "plan" | "cwd">): boolean {
  if (plan.variables === undefined) return false;
  return looks.some(
    ({ path, aspect, found }) =>
      aspect === "content" && found && LIBRARY.test(path) && mayList(absolutePath(path, cwd)),
  );
}

function mayList(path: RawText): boolean {
  const names = dynamicStrings(path);
  return names?.includes(IS_MACRO) === true && names.includes(TABLE);
}
