// The caches below one root: one directory a version, each with its own daemon.

import { lstatSync, readFileSync, statSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { namesIn } from "../sys/names-in.ts";
import { isRunning } from "../sys/process-kill.ts";

/** The cache of one version. */
export type CacheVersion = {
  /** Without the "v" of its directory. */
  readonly version: string;
  /** `running`: a daemon serves it; `current`: it is ours, without a daemon; `other`: neither. */
  readonly status: "running" | "current" | "other";
  /** What its files take on disk. */
  readonly size_bytes: number;
  /** When a file directly in it was written last, in seconds since 1970. */
  readonly last_active_unix: number;
  readonly path: string;
};

/** The caches below `topRoot`, most recently active first. @throws the system's error, other than for no such directory. */
export function listVersions(topRoot: RawText, ownVersion: string): CacheVersion[] {
  return namesIn(topRoot)
    .filter((name) => /^v\d/.test(name))
    .map((name) => describe(`${topRoot}/${name}`, ownVersion))
    .sort((a, b) => b.last_active_unix - a.last_active_unix || (a.version < b.version ? -1 : 1));
}

function describe(path: RawText, ownVersion: string): CacheVersion {
  const version = showRaw(path.slice(path.lastIndexOf("/") + 2));
  const idle = version === ownVersion ? "current" : "other";
  return {
    version,
    status: hasDaemon(path) ? "running" : idle,
    size_bytes: diskUse(path),
    last_active_unix: lastWritten(path),
    path: showRaw(path),
  };
}

/** A lock file names the daemon's process. */
function hasDaemon(path: RawText): boolean {
  const locks = namesIn(path).filter((name) => /^daemon.*\.lock$/.test(name));
  return locks.some((name) => {
    const text = lockText(`${path}/${name}`);
    return /^\d+$/.test(text) && isRunning(Number(text));
  });
}

/** Empty if it is not there any more: its daemon takes it along when it ends. */
function lockText(path: RawText): string {
  try {
    return readFileSync(fsPath(path), "latin1");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return "";
    throw error;
  }
}

function lastWritten(path: RawText): number {
  const times = ["", ...namesIn(path).map((name) => `/${name}`)].map(
    (name) => statSync(fsPath(`${path}${name}`), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.floor(Math.max(...times) / 1000);
}

const BLOCK_BYTES = 512; // of st_blocks, whatever the file system's own are (stat(2))

/** Files may come and go meanwhile: what is gone takes nothing. */
function diskUse(path: RawText): number {
  const stats = lstatSync(fsPath(path), { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  const own = stats.blocks * BLOCK_BYTES;
  if (!stats.isDirectory()) return own;
  return namesIn(path).reduce((sum, name) => sum + diskUse(`${path}/${name}`), own);
}
