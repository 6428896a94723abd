// What a GenericToolExec says: small streams travel in the reply and lie in the entry, large ones are files.

import type { Services } from "../services.ts";
import type { CapturedStream } from "./captured-stream.ts";

/** A stream on its way to the caller: `<name>` or `<name>_file` of the reply. */
export type SentStream = { readonly bytes: Uint8Array; readonly file: string | undefined };

/** One that is not asked for, or empty. */
export const NO_STREAM: SentStream = { bytes: new Uint8Array(), file: undefined };

/** Two of them and the files that are sent in a reply fit into one frame. */
export const LARGEST_IN_REPLY = 4 << 20;

/** More is not stored. */
export const LARGEST_STORED = 16 << 20;

/** A stream of a run that has just ended. */
export function sendCaptured(
  stream: CapturedStream,
  isWanted: boolean,
  { spool }: Pick<Services, "spool">,
): SentStream {
  if (!isWanted || stream.size === 0) return NO_STREAM;
  if (stream.size <= LARGEST_IN_REPLY) return { bytes: stream.bytes(), file: undefined };
  const file = spool.newPath();
  stream.saveAs(file);
  return { bytes: new Uint8Array(), file };
}
