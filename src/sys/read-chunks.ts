// Reads files through one buffer: allocating one per file would triple the daemon's memory.

import { readSync } from "node:fs";

const CHUNK_BYTES = 1 << 20;
const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);

/**
 * Reads `fd` from its position to its end and shows each piece to `visit`, which must be done with it when it returns.
 * @returns the number of bytes read.
 * @throws the system's error (read(2)), or what `visit` throws.
 */
export function readChunks(fd: number, visit: (chunk: Buffer) => void): number {
  let total = 0;
  for (;;) {
    const length = readSync(fd, chunk, 0, CHUNK_BYTES, null);
    if (length === 0) return total;
    total += length;
    visit(chunk.subarray(0, length));
  }
}
