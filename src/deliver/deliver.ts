// Gives the outputs of a stored result to a caller: all are written beside their places and verified, then all are put
// into place.

import { closeSync, constants, openSync } from "node:fs";
import type { Digest, Entry, StoredOutput } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { OutputRole, Refusal } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { isInnerName } from "../sys/inner-name.ts";
import { readChunks } from "../sys/read-chunks.ts";
import { StagedFile } from "../sys/staged-file.ts";
import { copyVerified, type VerifiedCopy, writeAll } from "./copy-verified.ts";
import { type Destination, directoryOf, findDestination, refused } from "./destination.ts";

/** Absolute paths that the current command line gives to the outputs. */
export type Destinations = ReadonlyMap<OutputRole, RawText>;

/** What a delivery needs of its surroundings. */
export type DeliveryOptions = {
  /** The caller's. */
  readonly umask: number;
  readonly objectPath: (digest: Digest) => RawText;
  /** Copies large files elsewhere, e.g. in the worker pool; same contract as `copyVerified`. */
  readonly copyLarge?: (copy: VerifiedCopy) => Promise<boolean>;
};

/** All outputs are in place, or the caller must run the real tool. */
export type Delivery = { readonly kind: "delivered"; readonly bytes: number } | Refusal;

/**
 * Delivers `entry`. 130 µs for an object of 250 KB. On a refusal (`output-kind`: an output is no plain file, or its
 * place can't be written) a part of the outputs may have been replaced; the tool then writes them all.
 * @throws {ZccacheError} `STORE_CORRUPT` if an object is damaged or gone, or an output's name leads elsewhere: nothing
 * was put into place, and the entry should be dropped. `WORKER` if `copyLarge` lost its worker; nothing was put then.
 */
export async function deliver(entry: Entry, destinations: Destinations, options: DeliveryOptions): Promise<Delivery> {
  const places = findPlaces(entry, destinations, options.umask);
  if (!Array.isArray(places)) return places;
  using staged = new DisposableStack();
  try {
    const files: StagedOutput[] = [];
    for (const { output, destination, mode } of places) {
      const file = staged.use(new StagedFile(destination.path));
      await copyOutput({ output, destination, mode }, file, options);
      files.push({ destination, file });
    }
    for (const file of files) publish(file);
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "IO")
      return refused(destinations.get("object") ?? "", describeError(error));
    throw error;
  }
  return { kind: "delivered", bytes: entry.outputs.reduce((sum, { size }) => sum + size, 0) };
}

type Place = { readonly output: StoredOutput; readonly destination: Destination; readonly mode: number };

/** Where each output goes, before anything is written. */
function findPlaces(entry: Entry, destinations: Destinations, umask: number): Place[] | Refusal {
  const places: Place[] = [];
  const taken = new Set<RawText>();
  for (const output of entry.outputs) {
    const path = pathOf(output, destinations);
    const mode = (output.executable ? EXECUTABLE_MODE : PLAIN_MODE) & ~umask;
    const destination = findDestination(path, output.role, mode);
    if (destination.kind === "refused") return destination;
    if (taken.has(destination.path)) return refused(path, "two outputs have the same place");
    taken.add(destination.path);
    places.push({ output, destination, mode });
  }
  return places;
}

function pathOf({ role, name }: StoredOutput, destinations: Destinations): RawText {
  const primary = destinations.get(role === "side" ? "object" : role);
  if (primary === undefined)
    throw new ZccacheError("STORE_CORRUPT", `Cannot deliver an output: no place for "${role}"`);
  if (role !== "side") return primary;
  // Checked when the entry was read, too: this is the last place before a file is written.
  if (name === undefined || !isInnerName(name)) {
    throw new ZccacheError(
      "STORE_CORRUPT",
      `Cannot deliver an output: its name "${showRaw(name ?? "")}" leads elsewhere`,
    );
  }
  return `${directoryOf(primary)}/${name}`;
}

// Larger files go to the worker pool: 1 MiB is 0.5 ms of work, a round trip 11 µs.
const INLINE_BYTES = 1 << 20;
const EXECUTABLE_MODE = 0o777;
const PLAIN_MODE = 0o666;

type StagedOutput = { readonly destination: Destination; readonly file: StagedFile };

async function copyOutput(
  { output, destination, mode }: Place,
  file: StagedFile,
  { objectPath, copyLarge }: DeliveryOptions,
): Promise<void> {
  const { digest, size, check } = output;
  const share = !withoutReflink.has(destination.device);
  const copy = { from: objectPath(digest), to: file.path, size, check, mode, share };
  const shared = size > INLINE_BYTES && copyLarge !== undefined ? await copyLarge(copy) : copyVerified(copy);
  if (share && !shared) withoutReflink.add(destination.device);
}

// Devices that a reflink from the store to was tried in vain. Trying costs 40 µs.
const withoutReflink = new Set<number>();

function publish({ destination, file }: StagedOutput): void {
  try {
    if (destination.inPlace) rewrite(file);
    else file.publish();
  } catch (error) {
    throw new ZccacheError("IO", `Cannot write "${showRaw(file.target)}"`, { cause: error });
  }
}

/** Puts the staged content into the file that is there. Whoever dies half-way leaves a call that the tool then repeats. */
function rewrite({ path, target }: StagedFile): void {
  const from = openSync(fsPath(path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const to = openSync(fsPath(target), constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
    try {
      readChunks(from, (chunk) => writeAll(to, chunk));
    } finally {
      closeSync(to);
    }
  } finally {
    closeSync(from);
  }
}
