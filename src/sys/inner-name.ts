// Names that are joined to a directory and must not lead out of it.

import type { RawText } from "../core/raw-text.ts";

/** True if `name` stays below the directory that it is joined to: relative, without NUL and `.`, `..` or empty members. */
export function isInnerName(name: RawText): boolean {
  return !name.includes("\0") && name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
