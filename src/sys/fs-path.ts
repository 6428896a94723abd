// The only place where raw text becomes something that node:fs takes.

import { type RawText, rawToBytes } from "../core/raw-text.ts";

/** A path for node:fs: a string where every byte is ASCII (cheaper), else the bytes themselves. */
export function fsPath(path: RawText): string | Buffer {
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 0x7f) return rawToBytes(path);
  return path;
}
