// One output of a delivery, written beside its place: a copy that is verified on the way, or a hard link.

import { statSync, writeFileSync } from "node:fs";
import { retargetAs } from "../core/depfile.ts";
import type { Digest, StoredOutput } from "../core/entry.ts";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { readRaw } from "../sys/read-raw.ts";
import type { StagedFile } from "../sys/staged-file.ts";
import type { ContentWatch } from "../watch/content-watch.ts";
import { type CopyElsewhere, copyBySize } from "./copy-verified.ts";
import type { Destination } from "./destination.ts";
import { linkUnwritten } from "./link-object.ts";
import type { StagedOutput } from "./publish.ts";

/** Where outputs come from. */
export type Staging = {
  readonly objectPath: (digest: Digest) => RawText;
  /** Copies large files elsewhere, e.g. in the worker pool; same contract as `copyVerified`. */
  readonly copyLarge?: CopyElsewhere;
  /** Knows of objects that they need not be compared before they are linked. */
  readonly contents?: ContentWatch | undefined;
};

/** Where an output goes. */
export type Place = {
  readonly output: StoredOutput;
  readonly destination: Destination;
  readonly mode: number;
  /** As `StoredOutput.name`, for this delivery. */
  readonly target: RawText | undefined;
  /** It may be another name of the object: it is put there as it was stored, and never written again. */
  readonly link: boolean;
};

/** Writes an output to `file`. @throws {ZccacheError} `STORE_CORRUPT`, `IO`, and what `copyLarge` throws. */
export async function stageOutput(place: Place, file: StagedFile, staging: Staging): Promise<StagedOutput> {
  const { output, destination, target } = place;
  const { contents } = staging;
  if (place.link && contents !== undefined) return await linkOutput(place, file, { ...staging, contents });
  await copyOutput(place, file, staging);
  const isStored = target === output.name;
  if (!isStored) exchangeTarget(output, file.path, target);
  return { destination, file, digest: isStored ? output.digest : undefined };
}

/** Unless known already, the object is followed from before it is compared until the output is known at its place. */
async function linkOutput(
  place: Place,
  file: StagedFile,
  staging: Staging & { readonly contents: ContentWatch },
): Promise<StagedOutput> {
  const { output, destination, mode } = place;
  const { contents } = staging;
  const from = staging.objectPath(output.digest);
  const staged = { destination, file, digest: output.digest };
  const isUnwritten = (): boolean => {
    const stats = statSync(fsPath(destination.path), { bigint: true, throwIfNoEntry: false });
    return stats !== undefined && contents.isUnwritten(from, stats);
  };
  if (!mayShare(place) && linkUnwritten({ from, to: file.path, mode }, contents)) return { ...staged, isUnwritten };
  using followed = contents.follow(from);
  const shared = await copyOutput(place, file, staging);
  if (shared || followed === undefined) return staged;
  contents.keep(followed, from);
  return { ...staged, isUnwritten };
}

/** @returns true if it shares its blocks with the object. */
async function copyOutput(place: Place, file: StagedFile, { objectPath, copyLarge }: Staging): Promise<boolean> {
  const { output, destination, mode, link } = place;
  const { digest, size, check } = output;
  const share = mayShare(place);
  const copy = { from: objectPath(digest), to: file.path, size, check, mode, share, link };
  const shared = await copyBySize(copy, copyLarge);
  if (share && !shared) withoutReflink.add(destination.device);
  return shared;
}

function mayShare({ destination }: Place): boolean {
  return !withoutReflink.has(destination.device);
}

// Devices that a reflink from the store to was tried in vain. Trying costs 40 µs.
const withoutReflink = new Set<number>();

/** Gives a staged depfile the target that stands in it for the current command line. */
function exchangeTarget({ role, name = "" }: StoredOutput, path: RawText, target = ""): void {
  const content = retargetAs(role, readRaw(path), { from: name, to: target });
  if (content === undefined)
    throw new ZccacheError("STORE_CORRUPT", `Cannot deliver a depfile: it has no target "${showRaw(name)}"`);
  writeFileSync(fsPath(path), content, "latin1");
}
