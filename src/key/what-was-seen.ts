// What a run saw of its paths, and whether that is what they are now: the guard against inputs that changed meanwhile.

import type { Look } from "../core/observation.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fileClockNs } from "../sys/libc.ts";
import { turns } from "../sys/turn.ts";
import { changedSince, type FileStamp } from "./file-stamp.ts";
import type { FileStates } from "./file-states.ts";
import { isUnjudged } from "./plain-state.ts";
import type { Snapshot } from "./snapshot.ts";
import type { StateItem } from "./state-items.ts";
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

/** What was looked at, and the state that the tool saw there, if it can be told. */
export type Seen = Pick<Look, "found" | "file"> & {
  readonly item: StateItem;
  readonly state: string;
  /** True if it is gone since, and the state is that of `RunStart.shortLived`. */
  readonly isEarlier: boolean;
};

type LookedAt = { readonly item: StateItem; readonly look: Look | undefined; readonly now: string };

/** What a look saw there, by the state that the item is in now. */
export function seenAt({ item, look, now }: LookedAt, { shortLived }: RunStart): Seen {
  const found = look?.found === true;
  const earlier = now === "A" && found ? shortLived?.get(placeName(item)) : undefined;
  const isEarlier = earlier !== undefined && isAnswered(found, earlier);
  const state = isEarlier ? earlier : now;
  return look?.file === undefined
    ? { item, found, state, isEarlier }
    : { item, found, file: look.file, state, isEarlier };
}

// 3 µs each where paths are not followed.
const CHECKED_AT_ONCE = 16;

/** Why the first of them can't be told, if there is one. Steps aside now and then. */
export async function checkAll(
  seen: readonly Seen[],
  files: FileStates,
  start: RunStart,
): Promise<Refusal | undefined> {
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
