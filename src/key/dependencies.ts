// From what a run looked at to the dependencies of its result, with the guard against inputs that changed meanwhile.

import type { Dependency } from "../core/entry.ts";
import type { Look } from "../core/observation.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, showRaw } from "../core/raw-text.ts";
import { fileClockNs } from "../sys/libc.ts";
import { turns } from "../sys/turn.ts";
import { changedSince, type FileStamp } from "./file-stamp.ts";
import type { FileStates } from "./file-states.ts";
import { foldAbsent } from "./fold-absent.ts";
import { isUnjudged } from "./plain-state.ts";
import type { Snapshot } from "./snapshot.ts";
import type { SpelledItem, StateItem } from "./state-items.ts";
import { findTwins, type ReadFile } from "./twins.ts";
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
  readonly shortLived?: ReadonlyMap<string, string>;
  /** The kernel's, unless a test has its own. */
  readonly clocks?: Clocks;
};

/** What `RunStart.shortLived` knows a look by. */
export function placeName({ path, aspect }: Pick<Look, "path" | "aspect">): string {
  return `${aspect} ${path}`;
}

/** The clock of file times, which can be set back, and one that can't. */
export type Clocks = { readonly fileNs: () => bigint; readonly steadyMs: () => number };

/** What a run depended on, by what its paths are now; `check` has to allow its use. */
export type Draft = {
  readonly dependencies: Dependency[];
  /**
   * Undefined if the run saw what the dependencies say; else why that can't be told: the result would be filed under
   * contents that the tool did not see. To be called last, so that it speaks for all that was looked at until then.
   */
  check(): Promise<Refusal | undefined>;
};

/** The dependencies of a finished run, or a refusal when something that it looked at may have changed since it was started. */
export async function dependenciesOf(
  looks: readonly Look[],
  files: FileStates,
  start: RunStart,
): Promise<Dependency[] | Refusal> {
  const draft = await draftDependencies(looks, files, start);
  return (await draft.check()) ?? draft.dependencies;
}

/** As `dependenciesOf`, with the check left to the caller. Steps aside now and then. */
export async function draftDependencies(looks: readonly Look[], files: FileStates, start: RunStart): Promise<Draft> {
  const items = looks.map(({ path, aspect }) => files.item(path, aspect, start.cwd));
  const now = await files.states(items, "filing");
  const seen: Seen[] = [];
  const dependencies: Dependency[] = [];
  // Counted by hand here and below: entries() takes ten times as long until it is compiled, and these are thousands.
  let index = 0;
  for (const item of items) {
    const each = seenAt({ item, look: looks[index], now: now[index] ?? "E" }, start);
    index++;
    seen.push(each);
    // Only regular files have times that matter.
    if (item.aspect === "stamp" && !each.state.startsWith("T")) continue;
    dependencies.push(dependencyOn(item, each.state, start.cwd));
  }
  if (turns.isLong) await turns.next("filing");
  const folded = foldAbsent(dependencies, files);
  if (turns.isLong) await turns.next("filing");
  const twins = findTwins(filesAmong(items, now), files);
  const check = () => checkAll(seen, files, start);
  if (twins.size === 0) return { dependencies: folded, check };
  const timed = looks.flatMap((look): Look[] => {
    const isTwin = look.aspect === "content" && twins.has(absolutePath(look.path, start.cwd));
    return isTwin ? [{ ...look, aspect: "stamp" }] : [];
  });
  // Without contents there are no twins.
  const times = await draftDependencies(timed, files, start);
  return {
    dependencies: [...folded, ...times.dependencies],
    check: async () => (await check()) ?? (await times.check()),
  };
}

/** Those that are files, with their states. */
function filesAmong(items: readonly StateItem[], states: readonly string[]): ReadFile[] {
  const found: ReadFile[] = [];
  let index = 0;
  for (const { path } of items) {
    const state = states[index++] ?? "E";
    if (state.startsWith("F")) found.push({ path, state });
  }
  return found;
}

/** What was looked at, and the state that the tool saw there, if it can be told. */
type Seen = Pick<Look, "found" | "file"> & {
  readonly item: StateItem;
  readonly state: string;
  /** True if it is gone since, and the state is that of `RunStart.shortLived`. */
  readonly isEarlier: boolean;
};

type LookedAt = { readonly item: StateItem; readonly look: Look | undefined; readonly now: string };

function seenAt({ item, look, now }: LookedAt, { shortLived }: RunStart): Seen {
  const found = look?.found === true;
  const earlier = now === "A" && found ? shortLived?.get(placeName(item)) : undefined;
  const isEarlier = earlier !== undefined && isAnswered(found, earlier);
  const state = isEarlier ? earlier : now;
  return look?.file === undefined
    ? { item, found, state, isEarlier }
    : { item, found, file: look.file, state, isEarlier };
}

/** The dependency that a row gets: the same object as for the last row where it says the same. */
function dependencyOn(item: SpelledItem, state: string, cwd: RawText): Dependency {
  const { spelled, aspect, dependency } = item;
  if (dependency?.state === state && spelled !== cwd) return dependency;
  const made = { path: keptAs(spelled, cwd), aspect, state };
  if (spelled !== cwd) item.dependency = made;
  return made;
}

// 3 µs each where paths are not followed.
const CHECKED_AT_ONCE = 16;

async function checkAll(seen: readonly Seen[], files: FileStates, start: RunStart): Promise<Refusal | undefined> {
  const run = runSince(start, files);
  let index = 0;
  for (const each of seen) {
    if (index++ % CHECKED_AT_ONCE === 0 && turns.isLong) await turns.next("filing");
    const refusal = check(each, run);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** The state of a look's path, absolute, as it is now; undefined if the tool may have seen another one. */
export function stateSeen(look: Look, files: FileStates, start: RunStart): string | undefined {
  const state = files.state(look.path, look.aspect);
  const item = files.item(look.path, look.aspect, start.cwd);
  const seen = seenAt({ item, look, now: state }, { ...start, shortLived: NONE });
  return check(seen, runSince(start, files)) === undefined ? state : undefined;
}

/** Why it can't be told whether the tool saw that state. */
function check(seen: Seen, run: Run): Refusal | undefined {
  const { path, aspect } = seen.item;
  if (isStream(seen)) return refuse("input-stream", showRaw(path));
  if (seen.isEarlier || isSame(seen, run)) return undefined;
  return refuse("input-changed", `${showRaw(path)}, its ${aspect}`);
}

const NONE: ReadonlyMap<string, string> = new Map();

type Run = {
  readonly files: FileStates;
  readonly start: RunStart;
  /** From this time on a file's times say that it may have changed since the start. */
  readonly changesFromNs: bigint;
  readonly ways: Ways;
};

function runSince(start: RunStart, files: FileStates): Run {
  const changesFromNs = findStart(start);
  return { files, start, changesFromNs, ways: new Ways(files, changesFromNs) };
}

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
function isStream({ item: { path, aspect }, found, state }: Seen): boolean {
  return state === "O" && aspect === "content" && found && !JOB_SERVER.test(path);
}

/** True if what the tool saw there is what is there now. */
function isSame(seen: Seen, run: Run): boolean {
  if (!isAnswered(seen.found, seen.state)) return false;
  return isWatched(seen.item, run) || (holdsSinceStart(seen, run) && !run.ways.changed(seen.item.path));
}

/** False where nothing can be said of a path, or it was there and is not, or the other way round. */
function isAnswered(found: boolean, state: string): boolean {
  return !isUnjudged(state) && found === (state !== "A");
}

/** True if the path was followed before the tool was started, and nothing happened to it or on the way to it since. */
function isWatched(item: StateItem, { files, start }: Run): boolean {
  const since = files.heldSince(item);
  return since !== undefined && since < start.startedMs;
}

const HAS_CONTENT = /^[FLST]/;

function holdsSinceStart(seen: Seen, run: Run): boolean {
  // The other states say that something is there, or not, which its times have no bearing on.
  if (!HAS_CONTENT.test(seen.state)) return true;
  const stamp = run.files.stamp(seen.item.path, seen.item.aspect);
  if (stamp === undefined || !isWhatWasOpened(seen, stamp)) return false;
  return !changedSince(stamp, run.changesFromNs) || isAsBefore(seen, run);
}

/** A file written just before the start is fine if it had the same content then, and no other one in between. */
function isAsBefore({ item, state }: Seen, { start: { before } }: Run): boolean {
  return before.seen(item) === state && before.held(item.path);
}

/** A link on the way that was given another target meanwhile leads to another file, however old that is. */
function isWhatWasOpened({ file }: Seen, stamp: FileStamp): boolean {
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
