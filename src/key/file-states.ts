// The state of any path now. The only interface through which files are looked at for keys, so that a watcher can take
// the place of stat later.

import { type Aspect, identityText } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import { BoundedMap } from "../sys/bounded-map.ts";
import { type Lane, turns } from "../sys/turn.ts";
import { digestFile, digestListing, type FileReading, isDigest } from "./digest-file.ts";
import { type FileStamp, readStamp, sameStamp, settled, stampsAreTrusted } from "./file-stamp.ts";
import { type Known, KnownContents } from "./known-contents.ts";
import { plainState } from "./plain-state.ts";
import { SharedHashing } from "./shared-hashing.ts";
import type { DeviceScope } from "./stamp-scope.ts";
import { newItem, type SpelledItem, type StateItem } from "./state-items.ts";

/**
 * States as in `Dependency` (core/entry.ts). A path that can't be judged is in a state that begins with `E`: the errno's
 * name (`EACCES`), or `E-busy` for a file that kept changing while it was hashed. Such a state must match nothing.
 */
export type FileStates = {
  /** The state now. Reads and hashes at once what is not known: up to 1 ms a MB. */
  state(path: RawText, aspect: Aspect): string;
  /**
   * States in the order of `items`, each true at some moment after the call. Much unknown content is hashed in parallel;
   * what takes long steps aside now and then, in the lane of answers unless told otherwise.
   */
  states(items: readonly StateItem[], lane?: Lane): Promise<string[]>;
  /** The item to ask for a path with, absolute or relative to `cwd`. */
  item(spelled: RawText, aspect: Aspect, cwd: RawText): SpelledItem;
  /**
   * Since when a path has been in the state that `state` or `states` just gave, without a break, in milliseconds of
   * `performance.now()`; undefined if that is not known.
   */
  heldSince(item: StateItem): number | undefined;
  /** As `state`, but perhaps no later than the last call of `state` or `states`. */
  recentState(path: RawText, aspect: Aspect): string;
  /** Which file it is, likewise, as `identityText`; undefined if there is none or it can't be seen. */
  identity(item: StateItem): string | undefined;
  /** The stamp now; undefined if there is no file or it can't be seen. */
  stamp(path: RawText, aspect: Aspect): FileStamp | undefined;
  /** Number of contents remembered. */
  readonly size: number;
};

/** What file states are made with. */
export type FileStatesOptions = {
  /** Hashes many files elsewhere, e.g. in the worker pool; a rejection makes them be hashed here. */
  readonly hashFiles?: (paths: readonly RawText[]) => Promise<FileReading[]>;
  /** What is known of contents; nothing unless given. */
  readonly contents?: KnownContents;
  /** Whether anything was mounted or unmounted since the last call; never, unless given. */
  readonly mountsChanged?: () => boolean;
  /** Nanoseconds since 1970. */
  readonly now?: () => bigint;
};

/** When a reading began, and under which mounts, that of the file among them. */
type Beginning = { readonly ns: bigint; readonly mounts: number; readonly scope: DeviceScope | undefined };
type Unknown = { readonly index: number; readonly path: RawText; readonly before: FileStamp };
/** Where the states go, by `Unknown.index`, and who waits for them. */
type Filling = { readonly states: string[]; readonly lane: Lane };

// 1.2 µs each, up to 50 where contents are unknown.
const LOOKS_AT_ONCE = 16;
const LISTINGS = 30_000;
const TRIES = 3;

// Up to about 1 ms of hashing is done inline: 15 µs a file, 1.3 GB/s. The worker pool answers in parallel, not sooner.
const INLINE_MICROS = 1000;
const FILE_MICROS = 15;
const BYTES_A_MICRO = 1300;

/** File states by stat: every call looks at the file; its content is only read if its stamp says that it may be new. */
export function createFileStates(options: FileStatesOptions = {}): FileStates {
  const { hashFiles, contents = new KnownContents(), mountsChanged = () => false, now = wallClock } = options;
  const listings = new BoundedMap<RawText, Known>(LISTINGS);
  const shared = new SharedHashing();
  let mounts = 0;

  /** To be called before a stamp is relied on: it holds within one mount only (stamp-scope.ts). */
  function noticeMounts(): void {
    if (!mountsChanged()) return;
    mounts += 1;
    contents.forgetUnmounted();
    listings.clear();
  }

  /** The state if a stat is enough for it, else the stamp under which the content has to be read. */
  function judge(path: RawText, aspect: Aspect): string | FileStamp {
    const found = readStamp(path, aspect);
    const state = plainState(found, path, aspect);
    if (typeof state === "string") return state;
    const known = (aspect === "listing" ? listings : contents).get(path);
    return known !== undefined && sameStamp(known.stamp, state) ? known.state : state;
  }

  /** Remembers a state under its stamp if a later change of the content must show in the stamp. */
  function remember(path: RawText, known: Known, beginning: Beginning): string {
    const memory = known.stamp.kind === "directory" ? listings : contents;
    if (settled(known.stamp, beginning.ns) && stampsAreTrusted(path)) memory.set(path, known);
    else memory.delete(path);
    noticeMounts();
    if (mounts !== beginning.mounts && !isOnSameMount(path, known.stamp, beginning)) memory.delete(path);
    return known.state;
  }

  function begin(path: RawText, stamp: FileStamp): Beginning {
    const scope = stamp.kind === "directory" ? undefined : contents.scopeOf(path, stamp.dev);
    return { ns: now(), mounts, scope };
  }

  /** Other mounts may come and go: what was opened is the file of the stamp, on a device that has been there all the time. */
  function isOnSameMount(path: RawText, stamp: FileStamp, { scope }: Beginning): boolean {
    return scope !== undefined && contents.scopeOf(path, stamp.dev) === scope;
  }

  function readState(path: RawText, aspect: Aspect, stamp: FileStamp): string {
    let before = stamp;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const found = readOnce(path, aspect, before);
      if (typeof found === "string") return found;
      before = found;
    }
    return "E-busy";
  }

  /** The state, or the stamp now if it may not have been that of what was read. */
  function readOnce(path: RawText, aspect: Aspect, before: FileStamp): string | FileStamp {
    const beginning = begin(path, before);
    const reading = readNow(path, aspect, before);
    const after = readStamp(path, aspect);
    const state = plainState(after, path, aspect);
    if (typeof state === "string" || !sameStamp(before, after)) return state;
    if (!isDigest(reading.outcome)) return reading.outcome;
    return isReadingOf(reading, before) ? remember(path, asKnown(state, reading.outcome), beginning) : state;
  }

  async function hashInParallel(
    unknown: readonly Unknown[],
    hash: NonNullable<typeof hashFiles>,
    { lane, states }: Filling,
  ): Promise<void> {
    const beginnings = unknown.map(({ path, before }) => begin(path, before));
    const readings = await hash(unknown.map(({ path }) => path)).catch(() => []);
    for (const [position, { index, path, before }] of unknown.entries()) {
      if (turns.isLong) await turns.next(lane);
      const [beginning, reading] = [beginnings[position], readings[position]];
      const isRead = reading !== undefined && isDigest(reading.outcome) && isReadingOf(reading, before);
      const isSame = isRead && sameStamp(before, readStamp(path, "content"));
      if (isSame && beginning !== undefined)
        states[index] = remember(path, asKnown(before, reading.outcome), beginning);
      else states[index] = readState(path, "content", before);
    }
  }

  /** What others are hashing is judged when they are done: only what the stamp proves is taken from them. */
  async function hashOrWait(
    unknown: readonly Unknown[],
    hash: NonNullable<typeof hashFiles>,
    filling: Filling,
  ): Promise<void> {
    const others = await shared.hash(unknown, (own) => hashInParallel(own, hash, filling));
    noticeMounts();
    const left: Unknown[] = [];
    for (const { index, path } of others) {
      const judged = judge(path, "content");
      if (typeof judged === "string") filling.states[index] = judged;
      else left.push({ index, path, before: judged });
    }
    if (left.length > 0) await hashInParallel(left, hash, filling);
  }

  /** In this thread where that does not take long. */
  async function readAll(unknown: readonly Unknown[], micros: number, filling: Filling): Promise<void> {
    if (hashFiles !== undefined && micros > INLINE_MICROS) return await hashOrWait(unknown, hashFiles, filling);
    for (const { index, path, before } of unknown) filling.states[index] = readState(path, "content", before);
  }

  function state(path: RawText, aspect: Aspect): string {
    noticeMounts();
    const judged = judge(path, aspect);
    return typeof judged === "string" ? judged : readState(path, aspect, judged);
  }

  function stamp(path: RawText, aspect: Aspect): FileStamp | undefined {
    const found = readStamp(path, aspect);
    return found.kind === "absent" || found.kind === "unreadable" ? undefined : found;
  }

  return {
    state,
    recentState: state,
    async states(items, lane = "answer") {
      noticeMounts();
      const states: string[] = new Array(items.length);
      const unknown: Unknown[] = [];
      let micros = 0;
      for (const [index, { path, aspect }] of items.entries()) {
        if (index % LOOKS_AT_ONCE === 0 && turns.isLong) await turns.next(lane);
        const judged = judge(path, aspect);
        if (typeof judged === "string") states[index] = judged;
        else if (aspect === "listing") states[index] = readState(path, aspect, judged);
        else {
          unknown.push({ index, path, before: judged });
          micros += FILE_MICROS + Number(judged.size) / BYTES_A_MICRO;
        }
      }
      await readAll(unknown, micros, { lane, states });
      return states;
    },
    item: newItem,
    heldSince: () => undefined,
    identity({ path, aspect }) {
      const found = stamp(path, aspect);
      return found && identityOf(found);
    },
    stamp,
    get size() {
      return contents.size + listings.size;
    },
  };
}

function isReadingOf({ identity }: FileReading, stamp: FileStamp): boolean {
  return identity === identityOf(stamp);
}

function identityOf({ dev, ino }: FileStamp): string {
  return identityText({ device: dev, inode: ino });
}

/** A listing is read by name: that it is one of the stamp's directory is taken for granted. */
function readNow(path: RawText, aspect: Aspect, stamp: FileStamp): FileReading {
  return aspect === "listing" ? { outcome: digestListing(path), identity: identityOf(stamp) } : digestFile(path);
}

function asKnown(stamp: FileStamp, digest: string): Known {
  return { stamp, state: `${stamp.kind === "directory" ? "S" : "F"}${digest}` };
}

function wallClock(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
