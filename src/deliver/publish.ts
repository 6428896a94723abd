// The last step of a delivery: what lies staged beside its place gets its name.

import { linkSync } from "node:fs";
import type { Digest } from "../core/entry.ts";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fault } from "../sys/fault.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { StagedFile } from "../sys/staged-file.ts";
import type { Destination } from "./destination.ts";
import { rewrite } from "./rewrite.ts";

/** An output, written beside its place. */
export type StagedOutput = {
  readonly destination: Destination;
  readonly file: StagedFile;
  /** Of its content; undefined if that is another one than what is stored. */
  readonly digest: Digest | undefined;
  /** Set if it has other names, known and unknown ones: true as long as it was not written by any of them. */
  readonly isUnwritten?: (() => boolean) | undefined;
};

/** Absolute paths of the copy that is put into place, and of the place. */
export type Making = { readonly staged: RawText; readonly place: RawText };

/** A file whose content is known by its digest. */
export type KnownMaking = Making & { readonly digest: Digest } & Pick<StagedOutput, "isUnwritten">;

/** Who follows how files get their names. */
export type Publishing = {
  /**
   * Called right before `staged` becomes `place`, where nothing is, if the tool would change a file there; may throw then
   * to have it left as it is. Whoever is told can take it back for good by removing first `staged`, then `place`.
   */
  readonly announce?: ((making: Making) => void) | undefined;
  /** Called in place of `put`, which it has to call at once, where a file with this content becomes `place` as a whole. */
  readonly putting?: ((making: KnownMaking, put: () => void) => void) | undefined;
};

/** Puts an output into its place. @throws {ZccacheError} `IO`, and what `announce` throws. */
export function publish(
  { destination, file, digest, isUnwritten }: StagedOutput,
  { announce, putting }: Publishing,
): void {
  const making = { staged: file.path, place: file.target };
  const isAnnounced = announce !== undefined && destination.isNew;
  if (isAnnounced) announce(making);
  try {
    if (isAnnounced) putWhereNothingIs(file);
    else if (destination.inPlace) rewrite(file.path, file.target);
    else if (putting === undefined || digest === undefined) file.publish(!destination.isNew);
    else putting({ ...making, digest, isUnwritten }, () => file.publish(!destination.isNew));
  } catch (error) {
    throw new ZccacheError("IO", `Cannot write "${showRaw(file.target)}"`, { cause: error });
  }
}

/**
 * By link(2), which replaces nothing, and which finds nothing to put into place once the staged file was removed. So a
 * daemon that was stopped until now can't come between a client that has given it up and the tool.
 */
function putWhereNothingIs(file: StagedFile): void {
  fault("deliver.publish");
  linkSync(fsPath(file.path), fsPath(file.target));
}
