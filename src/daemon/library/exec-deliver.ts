// A stored GenericToolExec becomes files in place and streams, or is found unfit for what is there now.

import { lstatSync, mkdirSync } from "node:fs";
import type { Entry, StoredOutput } from "../../core/entry.ts";
import { describeError, ZccacheError } from "../../core/errors.ts";
import type { RawText } from "../../core/raw-text.ts";
import { copyBySize, type VerifiedCopy } from "../../deliver/copy-verified.ts";
import { directoryOf } from "../../deliver/destination.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { StagedFile } from "../../sys/staged-file.ts";
import { copyIn } from "../../workers/offload.ts";
import type { Services } from "../services.ts";
import type { ExecCall } from "./exec-call.ts";
import { placeOf } from "./exec-outputs.ts";
import { NO_STREAM, type SentStream } from "./exec-streams.ts";

/** What was said, once all files are in place. */
export type DeliveredExec = { readonly stdout: SentStream; readonly stderr: SentStream };

type Delivering = Pick<Services, "store" | "pool" | "spool" | "log">;

/**
 * Puts all outputs into place, each whole or not at all.
 * @returns `corrupt` if the stored bytes are not what they were; `unfit` if something is there that only the tool itself
 * can treat as it would. A part of the outputs may have been replaced then, and the tool writes them all.
 */
export async function deliverExec(
  entry: Entry,
  call: ExecCall,
  services: Delivering,
): Promise<DeliveredExec | "corrupt" | "unfit"> {
  using staged = new DisposableStack();
  try {
    const files: StagedFile[] = [];
    const streams = { stdout: inline(entry.stdout), stderr: inline(entry.stderr) };
    for (const output of entry.outputs) {
      const { name = "" } = output;
      if (name === "stdout" || name === "stderr") {
        streams[name] = { bytes: new Uint8Array(), file: await copyToSpool(output, services) };
        continue;
      }
      const found = placeOf(name, call);
      if (found === undefined) return "corrupt";
      if (!mayBeReplaced(found.place)) return "unfit";
      mkdirSync(fsPath(directoryOf(found.place)), { recursive: true });
      const file = staged.use(new StagedFile(found.place));
      await copy(output, { to: file.path, mode: found.mode }, services);
      files.push(file);
    }
    for (const file of files) file.publish();
    return streams;
  } catch (error) {
    const isCorrupt = error instanceof ZccacheError && error.code === "STORE_CORRUPT";
    services.log.warn("artifact", describeError(error));
    return isCorrupt ? "corrupt" : "unfit";
  }
}

function inline(bytes: Uint8Array): SentStream {
  return bytes.length === 0 ? NO_STREAM : { bytes, file: undefined };
}

async function copyToSpool(output: StoredOutput, services: Delivering): Promise<RawText> {
  const to = services.spool.newPath();
  await copy(output, { to, mode: 0o600 }, services);
  return to;
}

async function copy(
  { digest, size, check }: StoredOutput,
  { to, mode }: Pick<VerifiedCopy, "to" | "mode">,
  { store, pool }: Delivering,
): Promise<void> {
  const job = { from: store.objectPath(digest), to, size, check, mode, share: true };
  await copyBySize(job, copyIn(pool));
}

const ANY_WRITE_BIT = 0o222;

/** Nothing, or a plain file of one name that its tool could write to. What others are is for the tool to find out. */
function mayBeReplaced(place: RawText): boolean {
  const stats = lstatSync(fsPath(place), { throwIfNoEntry: false });
  return stats === undefined || (stats.isFile() && stats.nlink === 1 && (stats.mode & ANY_WRITE_BIT) !== 0);
}
