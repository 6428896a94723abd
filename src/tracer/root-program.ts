// Which program a tool is in the end: a wrapper becomes the compiler by exec, in the same process.

import type { RawText } from "../core/raw-text.ts";
import { readRecords } from "./read-records.ts";

/**
 * The program that the first process of a run became last, as it was spelled; `tool` if it became none.
 * @param bytes Of the run's buffer.
 */
export function rootProgram(bytes: Uint8Array, tool: RawText): RawText {
  const { records } = readRecords(bytes);
  const root = records.find(({ kind }) => kind === "start")?.pid;
  let program = tool;
  let next = tool;
  for (const { kind, pid, text } of records) {
    if (pid !== root) continue;
    if (kind === "exec") next = text;
    else if (kind === "start") program = next;
  }
  return program;
}
