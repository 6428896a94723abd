// What the store keeps in memory of its index, bounded by what it takes.

import type { Digest, Entry, ManifestRow } from "../core/entry.ts";
import { BoundedMap } from "../sys/bounded-map.ts";

/** An entry, and when it was used last, in seconds since 1970. */
export type CachedEntry = { readonly entry: Entry; readonly usedAt: number };

// A row in memory is 8 bytes a dependency, the dependencies being shared.
const CACHED_DEPENDENCIES = 8_000_000;
const CACHED_ENTRY_BYTES = 64 << 20;
const ENTRY_BYTES = 600;

/** Rows by context. */
export function rowCache(): BoundedMap<Digest, readonly ManifestRow[]> {
  return new BoundedMap(CACHED_DEPENDENCIES, weighRows);
}

/** Entries by result key. */
export function entryCache(): BoundedMap<Digest, CachedEntry> {
  return new BoundedMap(CACHED_ENTRY_BYTES, weighEntry);
}

function weighRows(rows: readonly ManifestRow[]): number {
  return rows.reduce((sum, row) => sum + row.dependencies.length + row.environment.length + 1, 0);
}

function weighEntry({ entry }: CachedEntry): number {
  return ENTRY_BYTES + entry.stdout.length + entry.stderr.length;
}
