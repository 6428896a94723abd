// Standard input as source: read once, kept in memory for a tool of our own, copied to where the daemon wants it.

import type { RawText } from "../core/raw-text.ts";
import { createMemoryFile } from "../sys/libc.ts";
import type { Client } from "./client.ts";
import { copyToNewFile, descriptorPath, drain } from "./streams.ts";

/**
 * Reads standard input to its end into a new file at `path`. From its first byte on `client.stdin` is what a tool must
 * get instead, whatever happens to that file.
 */
export function spoolStandardInput(client: Client, path: RawText): void {
  const memory = createMemoryFile("zccache-stdin");
  client.stdin = descriptorPath(memory);
  drain(0, memory);
  copyToNewFile(memory, path);
}
