// Files as raw text.

import { readFileSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";

/** The whole content of a file. @throws the system's error. */
export function readRaw(path: RawText): RawText {
  return readFileSync(fsPath(path), "latin1");
}
