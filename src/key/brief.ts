// Short digests for conditions, of which a row has a few and none can be guessed usefully.

import { type RawText, rawToBytes } from "../core/raw-text.ts";

/** 16 hex digits of SHA-256. */
export function brief(text: RawText): string {
  return new Bun.CryptoHasher("sha256").update(rawToBytes(text)).digest("hex").slice(0, 16);
}
