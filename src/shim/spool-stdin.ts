// Standard input as source: read once, kept in memory for a tool of our own, copied to where the daemon wants it.

import { constants, fstatSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { createMemoryFile } from "../sys/libc.ts";
import type { Client } from "./client.ts";
import { openFile } from "./descriptors.ts";
import { fail } from "./real-run.ts";
import { copyToNewFile, descriptorPath, drain } from "./streams.ts";

const ACCESS_MODE = 3; // O_ACCMODE (fcntl(2)), which node:fs does not have

/**
 * True if a copy of standard input looks the same to its reader: compilers expect of a file that it is as long as it
 * says, which one that is read from its middle is not, and refuse directories and block devices.
 */
export function canBeSpooled(): boolean {
  const stats = fstatSync(0);
  const { position, flags } = openFile(0);
  if ((flags & ACCESS_MODE) === constants.O_WRONLY) return false;
  if (stats.isFile()) return position === 0;
  return stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice();
}

/**
 * Reads standard input to its end into a new file at `path`. From its first byte on `client.stdin` is what a tool must
 * get instead, whatever happens to that file. Ends the process if only a part can be read: that is another program, and
 * no tool can get the whole any more.
 */
export function spoolStandardInput(client: Client, path: RawText): void {
  const memory = createMemoryFile("zccache-stdin");
  try {
    drain(0, memory);
  } catch {
    process.exit(fail(1, "cannot read standard input"));
  }
  client.stdin = descriptorPath(memory);
  copyToNewFile(memory, path);
}
