// XXH64 for integrity checks: 10 GB/s, so that every delivery can be verified. Never for a key: collisions can be made.

import xxhash from "xxhash-wasm";

const api = await xxhash();

/** XXH64 of `bytes` as 16 hex digits. */
export function xxh64(bytes: Uint8Array): string {
  return show(api.h64Raw(bytes));
}

/** XXH64 of content that comes in pieces. */
export function startXxh64(): { update(chunk: Uint8Array): void; digest(): string } {
  const state = api.create64();
  return {
    update(chunk) {
      state.update(chunk);
    },
    digest: () => show(state.digest()),
  };
}

function show(value: bigint): string {
  return value.toString(16).padStart(16, "0");
}
