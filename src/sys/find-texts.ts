// Which texts stand in a file. One read at a time is held, so a program of any size can be searched.

import { closeSync, constants as fs, openSync } from "node:fs";
import { type RawText, rawToBytes } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";
import { readChunks } from "./read-chunks.ts";

/** For each text, whether its bytes stand in the file. 0.3 ms a MB and text. @throws the system's error. */
export function findTexts(path: RawText, texts: readonly RawText[]): boolean[] {
  const wanted = texts.map(rawToBytes);
  const found = wanted.map(() => false);
  // A text may begin in one piece and end in the next.
  const overlap = Math.max(0, ...wanted.map(({ length }) => length - 1));
  let tail = Buffer.alloc(0);
  const fd = openSync(fsPath(path), fs.O_RDONLY | fs.O_NOFOLLOW);
  try {
    readChunks(fd, (chunk) => {
      const seam = Buffer.concat([tail, chunk.subarray(0, overlap)]);
      for (const [index, text] of wanted.entries()) found[index] ||= chunk.includes(text) || seam.includes(text);
      const last = chunk.length < overlap ? Buffer.concat([tail, chunk]) : chunk;
      tail = Buffer.from(last.subarray(Math.max(0, last.length - overlap)));
    });
  } finally {
    closeSync(fd);
  }
  return found;
}
