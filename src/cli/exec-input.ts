// Standard input of `zccache exec`. The tool of a cached run gets none, so there must be none to get.

import { constants, fstatSync, openSync } from "node:fs";
import { openFile } from "../shim/descriptors.ts";
import { descriptorPath, drain } from "../shim/streams.ts";
import { createMemoryFile, hasHungUp, replaceDescriptor } from "../sys/libc.ts";

/**
 * True if a tool would find the end of its input at once: the null device, a file that was read to its end, a pipe that
 * nobody can write to any more. A terminal counts as none. What was read of a pipe to find out is put back.
 */
export function standardInputIsEmpty(): boolean {
  const stats = fstatSync(0);
  if (stats.isFile()) return openFile(0).position >= stats.size;
  if (stats.isFIFO()) return hasHungUp(0) && isDrained();
  return stats.isCharacterDevice() && stats.rdev !== ZERO_DEVICE;
}

// makedev(1, 5): as endless as the null device, makedev(1, 3), is empty.
const ZERO_DEVICE = 0x105;

/** A pipe holds 64 KiB: it can be read at once when its last writer has gone. */
function isDrained(): boolean {
  const memory = createMemoryFile("zccache-stdin");
  drain(0, memory);
  if (fstatSync(memory).size === 0) return true;
  // Opened anew, it is read from its beginning.
  replaceDescriptor(openSync(descriptorPath(memory), constants.O_RDONLY), 0);
  return false;
}
