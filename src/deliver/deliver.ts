// Gives the outputs of a stored result to a caller: all are written beside their places and verified, then all are put
// into place.

import { isDepfile } from "../core/depfile.ts";
import type { Entry, StoredOutput } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { PlannedOutput, Refusal } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { isInnerName } from "../sys/inner-name.ts";
import { StagedFile } from "../sys/staged-file.ts";
import { type Destination, directoryOf, findDestination, isMadeAnew, PLAIN_MODE, refused } from "./destination.ts";
import { type Publishing, publish } from "./publish.ts";
import { type Place, type Staging, stageOutput } from "./stage-output.ts";

/** What the current command line says about the places of outputs. */
export type Destinations = {
  /** With absolute paths, primary output first. */
  readonly planned: readonly PlannedOutput[];
  /** As in `CompilePlan`. */
  readonly renamed?: RegExp | undefined;
  readonly writtenEitherWay?: RegExp | undefined;
  readonly link?: boolean | undefined;
  readonly unlinks?: boolean | undefined;
  /** Names of outputs that may become hard links to objects: nothing writes to them from then on. */
  readonly linked?: RegExp | undefined;
  /** Set if the tool changes what is there (`CompilePlan.previous`): can it do so twice (`CompilePlan.repeatable`)? */
  readonly changes?: "repeatably" | "once" | undefined;
  /** Absolute path in whose directory side outputs go where none is planned. */
  readonly beside?: RawText | undefined;
  /** Working directory of the call. */
  readonly cwd: RawText;
};

/** What a delivery needs of its surroundings. */
export type DeliveryOptions = Publishing &
  Staging & {
    /** The caller's. */
    readonly umask: number;
    /** Called when all is staged, right before anything is put into place; may throw then to have it left as it is. */
    readonly mustGoOn?: () => void;
  };

/** All outputs are in place, or the caller must run the real tool. */
export type Delivery = { readonly kind: "delivered"; readonly bytes: number } | Refusal;

/**
 * Delivers `entry`. 130 µs for an object of 250 KB. On a refusal (`output-kind`: an output is no plain file, or its
 * place can't be written) a part of the outputs may have been replaced; the tool then writes them all.
 * @throws {ZccacheError} `STORE_CORRUPT` if an object is damaged or gone, or an output's name leads elsewhere: nothing
 * was put into place, and the entry should be dropped. `WORKER` if `copyLarge` lost its worker, and what `mustGoOn`
 * and `announce` throw; nothing was put then.
 */
export async function deliver(entry: Entry, destinations: Destinations, options: DeliveryOptions): Promise<Delivery> {
  const places = findPlaces(entry, destinations, options.umask);
  if (!Array.isArray(places)) return places;
  using staged = new DisposableStack();
  try {
    const copies = places.map((place) =>
      stageOutput(place, staged.use(new StagedFile(place.destination.path)), options),
    );
    // Whoever fails, nobody writes any more when the staged files are removed.
    const ends = await Promise.allSettled(copies);
    const files = ends.map((end) => {
      if (end.status === "rejected") throw end.reason;
      return end.value;
    });
    options.mustGoOn?.();
    const publishing = destinations.changes === undefined ? { putting: options.putting } : options;
    for (const file of files) publish(file, publishing);
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "IO")
      return refused(destinations.planned[0]?.path ?? destinations.cwd, describeError(error));
    throw error;
  }
  return { kind: "delivered", bytes: entry.outputs.reduce((sum, { size }) => sum + size, 0) };
}

/** Where each output goes, before anything is written. */
function findPlaces(entry: Entry, destinations: Destinations, umask: number): Place[] | Refusal {
  const places: Place[] = [];
  const taken = new Set<RawText>();
  const manner = { ...destinations, umask };
  for (const output of entry.outputs) {
    const { path, target } = placeOf(output, destinations);
    // What a compiler rewrites keeps the mode of the file that was there, which says nothing about the next one.
    const executable = output.executable && isMadeAnew(output.role, path, manner);
    const mode = (executable ? EXECUTABLE_MODE : PLAIN_MODE) & ~umask;
    const destination = findDestination(path, output.role, manner);
    if (destination.kind === "refused") return destination;
    if (!mayBeChanged(destination, entry, destinations)) return refused(path, "it would be changed twice");
    if (taken.has(destination.path)) return refused(path, "two outputs have the same place");
    taken.add(destination.path);
    const isWhole = !destination.inPlace && destinations.changes === undefined && target === output.name;
    const link = isWhole && destinations.linked?.test(destination.path) === true;
    places.push({ output, destination, mode, target, link });
  }
  return places;
}

/** What was delivered of a tool that changes its outputs can be taken back only if that is one file, which is new. */
function mayBeChanged({ isNew }: Destination, { outputs }: Entry, { changes }: Destinations): boolean {
  if (changes === undefined) return true;
  return isNew ? outputs.length === 1 : changes === "repeatably";
}

function placeOf(
  { role, name }: StoredOutput,
  { planned, beside, cwd }: Destinations,
): Pick<Place, "target"> & { path: RawText } {
  if (role === "cwd-side") return { path: innerPath(cwd, name), target: name };
  if (role === "side") {
    const base = planned[0]?.path ?? beside;
    if (base === undefined) throw noPlaceFor(role);
    return { path: innerPath(directoryOf(base), name), target: name };
  }
  const output = planned.find((other) => other.role === role);
  if (output === undefined || (isDepfile(role) && (output.target === undefined) !== (name === undefined)))
    throw noPlaceFor(role);
  return { path: output.path, target: output.target };
}

function noPlaceFor(role: StoredOutput["role"]): ZccacheError {
  return new ZccacheError("STORE_CORRUPT", `Cannot deliver an output: no place for "${role}"`);
}

function innerPath(directory: RawText, name: RawText | undefined): RawText {
  // Checked when the entry was read, too: this is the last place before a file is written.
  if (name === undefined || !isInnerName(name)) {
    throw new ZccacheError(
      "STORE_CORRUPT",
      `Cannot deliver an output: its name "${showRaw(name ?? "")}" leads elsewhere`,
    );
  }
  return `${directory === "/" ? "" : directory}/${name}`;
}

const EXECUTABLE_MODE = 0o777;
