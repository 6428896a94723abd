// Which records of a warm-start image still hold: one stat for each path, away from the thread that answers requests.

import type { RawText } from "../core/raw-text.ts";
import { type FileStamp, readStamp, sameStamp } from "../key/file-stamp.ts";
import { readBlock } from "../store/depgraph-file.ts";
import { decodeRecords, type ImageContent, type ImageRecord } from "../store/depgraph-image.ts";

/** A block of records in the image at `path`. Digests count on these devices only, joined by blanks. */
export type RecordsToValidate = {
  readonly path: RawText;
  readonly at: number;
  readonly bytes: number;
  readonly devices: string;
};

/** Bytes of the records that hold, and the number of those that don't. */
export type ValidRecords = { readonly records: Uint8Array; readonly stale: number };

/** Drops the records of files that are not what they were, and of those whose content is not known. @throws as `readBlock`. */
export function validateRecords({ path, at, bytes, devices }: RecordsToValidate): ValidRecords {
  const lasting = new Set(devices.split(" "));
  const valid: Buffer[] = [];
  let stale = 0;
  for (const { record, bytes: own } of decodeRecords(readBlock(path, { at, bytes }))) {
    if (holds(record, lasting)) valid.push(own);
    else stale += 1;
  }
  return { records: Buffer.concat(valid), stale };
}

/** The stamp under which a content is known. */
export function stampOf({ device, inode, size, mtimeNs, ctimeNs }: ImageContent): FileStamp {
  return { kind: "file", dev: device, ino: inode, size, mtimeNs, ctimeNs };
}

function holds({ path, aspect, content }: ImageRecord, lasting: ReadonlySet<string>): boolean {
  if (content !== undefined) {
    return lasting.has(String(content.device)) && sameStamp(stampOf(content), readStamp(path, "content"));
  }
  // A file whose content would have to be read is read when a request asks for it.
  return aspect !== "content" || readStamp(path, "content").kind !== "file";
}
