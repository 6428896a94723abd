// From what a run looked at to the dependencies of its result, with the guard against inputs that changed meanwhile.

import type { Dependency } from "../core/entry.ts";
import type { Look } from "../core/observation.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, showRaw } from "../core/raw-text.ts";
import { fileClockNs } from "../sys/libc.ts";
import { changedSince, type FileStamp } from "./file-stamp.ts";
import type { FileStates } from "./file-states.ts";
import { foldAbsent } from "./fold-absent.ts";
import { isUnjudged } from "./plain-state.ts";
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
  /** States that were taken while the caller was still waiting, by `placeName`: of what it may have removed since. */
  readonly places?: ReadonlyMap<string, string>;
  /** The kernel's, unless a test has its own. */
  readonly clocks?: Clocks;
};

/** What `RunStart.places` knows a look by. */
export function placeName({ path, aspect }: Pick<Look, "path" | "aspect">): string {
  return `${aspect} ${path}`;
}

/** The clock of file times, which can be set back, and one that can't. */
export type Clocks = { readonly fileNs: () => bigint; readonly steadyMs: () => number };

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
  const changesFromNs = findStart(start);
  const run: Run = { files, start, changesFromNs, ways: new Ways(files, changesFromNs) };
  const dependencies: Dependency[] = [];
  for (const [index, look] of absolute.entries()) {
    const state = judge(look, states[index] ?? "E", run);
    if (typeof state !== "string") return state;
    // Only regular files have times that matter.
    if (look.aspect === "stamp" && !state.startsWith("T")) continue;
    dependencies.push({ path: keptAs(looks[index]?.path ?? look.path, start.cwd), aspect: look.aspect, state });
  }
  const twins = findTwins(
    absolute.map(({ path }, index) => ({ path, state: states[index] ?? "E" })),
    files,
  );
  if (twins.size === 0) return foldAbsent(dependencies, files);
  const timed = looks.flatMap((look): Look[] => {
    const isTwin = look.aspect === "content" && twins.has(absolutePath(look.path, start.cwd));
    return isTwin ? [{ ...look, aspect: "stamp" }] : [];
  });
  // Without contents there are no twins.
  const times = await dependenciesOf(timed, files, start);
  return "reason" in times ? times : [...foldAbsent(dependencies, files), ...times];
}

/** The state that the tool saw, given what it is now, or why it can't be told. */
function judge(look: Look, now: string, run: Run): string | Refusal {
  if (isStream(look, now)) return refuse("input-stream", showRaw(look.path));
  if (isSame(look, now, run)) return now;
  const earlier = now === "A" && look.found ? run.start.places?.get(placeName(look)) : undefined;
  if (earlier !== undefined && isAnswered(look, earlier)) return earlier;
  return refuse("input-changed", `${showRaw(look.path)}, its ${look.aspect}`);
}

type Run = {
  readonly files: FileStates;
  readonly start: RunStart;
  /** From this time on a file's times say that it may have changed since the start. */
  readonly changesFromNs: bigint;
  readonly ways: Ways;
};

const KERNEL: Clocks = { fileNs: fileClockNs, steadyMs: () => performance.now() };

// The clock of file times moves in ticks of up to 10 ms, and is slewed by up to 0.05 %.
const TOLERANCE_NS = 20_000_000n;

/** The start; as much earlier as the clock was set back since, for what changed after that has such times. */
function findStart({ startedNs, startedMs, clocks = KERNEL }: RunStart): bigint {
  const elapsedNs = BigInt(Math.ceil((clocks.steadyMs() - startedMs) * 1e6));
  const expectedNs = clocks.fileNs() - elapsedNs;
  return expectedNs + TOLERANCE_NS < startedNs ? expectedNs - TOLERANCE_NS : startedNs;
}

// GNU make's job server (4.4 and later): tokens, not input.
const JOB_SERVER = /\/GMfifo\d+$/;

/** True for what is read from a fifo, socket or device: it gives something else each time, and its state does not tell. */
function isStream({ path, aspect, found }: Look, state: string): boolean {
  return state === "O" && aspect === "content" && found && !JOB_SERVER.test(path);
}

/** True if what the tool saw there is what is there now. */
function isSame(look: Look, state: string, run: Run): boolean {
  if (!isAnswered(look, state)) return false;
  return isWatched(look, run) || (holdsSinceStart(look, state, run) && !run.ways.changed(look.path));
}

/** False where nothing can be said of a path, or it was there and is not, or the other way round. */
function isAnswered({ found }: Look, state: string): boolean {
  return !isUnjudged(state) && found === (state !== "A");
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
  return !changedSince(stamp, run.changesFromNs) || isAsBefore(look, state, run);
}

/** A file written just before the start is fine if it had the same content then, and no other one in between. */
function isAsBefore(look: Look, state: string, { start: { before } }: Run): boolean {
  return before.seen(look) === state && before.held(look.path);
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
