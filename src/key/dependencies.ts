// From what a run looked at to the dependencies of its result, with the guard against inputs that changed meanwhile.

import type { Dependency } from "../core/entry.ts";
import type { Look } from "../core/observation.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, showRaw } from "../core/raw-text.ts";
import { changedSince, type FileStamp } from "./file-stamp.ts";
import type { FileStates } from "./file-states.ts";
import { foldAbsent } from "./fold-absent.ts";
import type { Snapshot } from "./snapshot.ts";
import { findTwins } from "./twins.ts";
import { Ways } from "./ways.ts";

/** When the tool was started, and what was known of its inputs then. */
export type RunStart = {
  /** Of `fileClockNs`, before the tool was started. */
  readonly startedNs: bigint;
  /** Of `performance.now()`, before the tool was started. */
  readonly startedMs: number;
  readonly before: Snapshot;
  readonly cwd: RawText;
};

/**
 * The dependencies of a finished run, or a refusal when something that it looked at may have changed since it was
 * started: the result would be filed under contents that the tool did not see.
 */
export async function dependenciesOf(
  looks: readonly Look[],
  files: FileStates,
  start: RunStart,
): Promise<Dependency[] | Refusal> {
  const absolute = looks.map((look) => ({ ...look, path: absolutePath(look.path, start.cwd) }));
  const states = await files.states(absolute);
  const run: Run = { files, start, ways: new Ways(files, start.startedNs) };
  const dependencies: Dependency[] = [];
  for (const [index, look] of absolute.entries()) {
    const state = states[index] ?? "E";
    if (!isSame(look, state, run)) return refuse("input-changed", showRaw(look.path));
    // Only regular files have times that matter.
    if (look.aspect === "stamp" && !state.startsWith("T")) continue;
    dependencies.push({ path: keptAs(looks[index]?.path ?? look.path, start.cwd), aspect: look.aspect, state });
  }
  const twins = findTwins(absolute.map(({ path }, index) => ({ path, state: states[index] ?? "E" })));
  if (twins.size === 0) return foldAbsent(dependencies, files);
  const timed = looks.flatMap((look): Look[] => {
    const isTwin = look.aspect === "content" && twins.has(absolutePath(look.path, start.cwd));
    return isTwin ? [{ ...look, aspect: "stamp" }] : [];
  });
  // Without contents there are no twins.
  const times = await dependenciesOf(timed, files, start);
  return "reason" in times ? times : [...foldAbsent(dependencies, files), ...times];
}

type Run = { readonly files: FileStates; readonly start: RunStart; readonly ways: Ways };

/** True if what the tool saw there is what is there now. */
function isSame(look: Look, state: string, run: Run): boolean {
  if (!isAnswered(look, state)) return false;
  return isWatched(look, run) || (holdsSinceStart(look, state, run) && !run.ways.changed(look.path));
}

/** False where nothing can be said of a path, or it was there and is not, or the other way round. */
function isAnswered({ found }: Look, state: string): boolean {
  return !state.startsWith("E") && found === (state !== "A");
}

/** True if the path was followed before the tool was started, and nothing happened to it or on the way to it since. */
function isWatched({ path, aspect }: Look, { files, start }: Run): boolean {
  const since = files.heldSince(path, aspect);
  return since !== undefined && since < start.startedMs;
}

const HAS_CONTENT = /^[FLST]/;

function holdsSinceStart(look: Look, state: string, run: Run): boolean {
  // The other states say that something is there, or not, which its times have no bearing on.
  if (!HAS_CONTENT.test(state)) return true;
  const stamp = run.files.stamp(look.path, look.aspect);
  if (stamp === undefined || !isWhatWasOpened(look, stamp)) return false;
  // A file written just before the start is fine if its content was hashed then and is the same now.
  return !changedSince(stamp, run.start.startedNs) || run.start.before.seen(look) === state;
}

/** A link on the way that was given another target meanwhile leads to another file, however old that is. */
function isWhatWasOpened({ file }: Look, stamp: FileStamp): boolean {
  return file === undefined || (file.device === stamp.dev && file.inode === stamp.ino);
}

/**
 * Paths that the tool spelled relative to its working directory stay so, which lets another checkout hit. Absolute ones
 * must stay absolute even below it: the same command run elsewhere would still look there. The exception is the
 * directory itself, which tools compare with $PWD.
 */
function keptAs(path: RawText, cwd: RawText): RawText {
  return path === cwd ? "." : path;
}
