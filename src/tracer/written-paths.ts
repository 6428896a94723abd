// Which files a run has left, told from few of its records: who waits for the caller's sake has no time for all of them.

import type { RawText } from "../core/raw-text.ts";
import { FileStories } from "./file-stories.ts";
import { readRecords } from "./read-records.ts";
import { OPEN, type TraceKind } from "./record-format.ts";

const CHANGING: ReadonlySet<TraceKind> = new Set(["open", "create", "remove", "rename", "hard-link"]);

/**
 * As `written` of `observe`; undefined where the buffer is damaged. A quarter of a millisecond for a link of 200 objects.
 * @param bytes What `TraceBuffer.read()` gave after every process of the run had ended.
 */
export function writtenPaths(bytes: Uint8Array): readonly RawText[] | undefined {
  const { records, damage } = readRecords(bytes, isChange);
  if (damage !== undefined) return undefined;
  const files = new FileStories();
  for (const { kind, text, second, flags } of records) {
    if (kind === "remove") files.remove(text);
    else if (kind === "rename") files.rename(text, second);
    else if (kind === "hard-link") files.create(second);
    else files.create(text, { folder: kind === "create" && (flags & OPEN.directory) !== 0 });
  }
  return files.written();
}

function isChange(kind: TraceKind, error: number, flags: number): boolean {
  return error === 0 && CHANGING.has(kind) && (kind !== "open" || (flags & OPEN.write) !== 0);
}
