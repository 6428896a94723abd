// Digests as the index keeps them: 32 bytes instead of 64 digits.

import type { Digest } from "../core/entry.ts";

/** The 32 bytes of a digest. */
export function bytesOf(digest: Digest): Uint8Array {
  return Buffer.from(digest, "hex");
}

/** The digest behind the 32 bytes of `bytesOf`. */
export function digestOf({ buffer, byteOffset, length }: Uint8Array): Digest {
  return Buffer.from(buffer, byteOffset, length).toString("hex");
}
