// Whether an archive holds times or owners: archivers that were built to keep them make other archives of equal members.

import { closeSync, openSync, readSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

//   archive ::= ("!<arch>\n" | "!<thin>\n") member*                           ar(5)
//   member  ::= name[16] date[12] uid[6] gid[6] mode[8] size[10] "`\n" content padding-to-2
const MAGIC = /^!<(?:arch|thin)>\n$/;
const MAGIC_BYTES = 8;
const HEAD_BYTES = 60;
const OWNERLESS = /^0? +0? +0? +$/;

/** True if the file is an archive with a member that has a date, a user or a group. Reads 60 bytes a member. */
export function holdsTimes(path: RawText): boolean {
  const file = openSync(fsPath(path), "r");
  try {
    const magic = textAt(file, 0, MAGIC_BYTES);
    if (!MAGIC.test(magic)) return false;
    const isThin = magic.startsWith("!<thin>");
    for (let at = MAGIC_BYTES; ; ) {
      const head = textAt(file, at, HEAD_BYTES);
      if (head.length < HEAD_BYTES) return false;
      if (!OWNERLESS.test(head.slice(16, 40))) return true;
      const size = Number.parseInt(head.slice(48, 58), 10);
      if (!Number.isSafeInteger(size) || size < 0) return true;
      // Of a thin archive only the index and the long names are inside.
      const inside = !isThin || head.startsWith("/ ") || head.startsWith("// ") || head.startsWith("/SYM64/");
      at += HEAD_BYTES + (inside ? size + (size % 2) : 0);
    }
  } finally {
    closeSync(file);
  }
}

function textAt(file: number, position: number, bytes: number): string {
  const room = Buffer.alloc(bytes);
  return room.toString("latin1", 0, readSync(file, room, 0, bytes, position));
}
