// What of a daemon's memory goes into its warm-start image: contents that are known by their stamps, and followed paths.

import type { KnownContents } from "../key/known-contents.ts";
import type { DeviceScope } from "../key/stamp-scope.ts";
import { encodeRecord, type ImageRecord } from "../store/depgraph-image.ts";
import type { PathWatch } from "../watch/path-watch.ts";
import { SLICE_MS } from "./slices.ts";

/** Where records come from. */
export type GraphSource = { readonly contents: KnownContents; readonly watch: PathWatch | undefined };

// What no request asked for in so many lives of the daemon belongs to no build that is still made.
const MOST_IDLE_LIVES = 8;
const RECORDS_A_BLOCK = 1000;

/** Equal as long as nothing new is known. */
export function revisionOf({ contents, watch }: GraphSource): string {
  return `${contents.changes} ${watch?.report().paths}`;
}

/**
 * Records in blocks, each gathered in one slice of this thread's time. Contents count on `devices` only.
 * A path may come twice: what is known of it is the same.
 */
export async function* recordBlocks(source: GraphSource, devices: readonly DeviceScope[]): AsyncGenerator<Uint8Array> {
  let block: Buffer[] = [];
  let sliceEnd = performance.now() + SLICE_MS;
  for (const record of records(source, new Set(devices.map(({ device }) => device)))) {
    const bytes = record && encodeRecord(record);
    if (bytes !== undefined) block.push(bytes);
    if (block.length < RECORDS_A_BLOCK && performance.now() < sliceEnd) continue;
    yield Buffer.concat(block);
    block = [];
    sliceEnd = performance.now() + SLICE_MS;
  }
  yield Buffer.concat(block);
}

/** Undefined for what is left out, which takes time as well. */
function* records(source: GraphSource, devices: ReadonlySet<bigint>): Generator<ImageRecord | undefined> {
  for (const record of contentRecords(source, devices)) {
    yield record === undefined || record.idleLives >= MOST_IDLE_LIVES ? undefined : record;
  }
  for (const [path, aspect, mark] of source.watch?.marks() ?? []) {
    // Contents of files are among the former, or were read too soon after they were written.
    const isContent = aspect === "content" && mark.state?.startsWith("F");
    if (mark.state === undefined || isContent || mark.idleLives >= MOST_IDLE_LIVES) yield undefined;
    else yield { path, aspect, idleLives: mark.idleLives, content: undefined };
  }
}

function* contentRecords(
  { contents, watch }: GraphSource,
  devices: ReadonlySet<bigint>,
): Generator<ImageRecord | undefined> {
  for (const [path, { known, idleLives }] of contents.entries()) {
    const { dev: device, ino: inode, size, mtimeNs, ctimeNs } = known.stamp;
    if (!devices.has(device)) {
      yield undefined;
      continue;
    }
    const mark = watch?.known(path, "content");
    const content = { device, inode, size, mtimeNs, ctimeNs, digest: known.state.slice(1) };
    // Looks made in advance ask for contents as requests do; the mark tells them apart.
    const lives = mark?.idleLives ?? idleLives;
    yield { path, aspect: mark?.state === undefined ? undefined : "content", idleLives: lives, content };
  }
}
