// Starting the daemon: one client does it, under a lock that ends with that client; the others wait until it answers.

import { closeSync, constants, existsSync, lstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromBytes, showRaw } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import { logLifecycle, type SpawnReason } from "../ipc/lifecycle-log.ts";
import { type Places, spawnLog } from "../ipc/places.ts";
import { fsPath } from "../sys/fs-path.ts";
import { lockExclusively } from "../sys/libc.ts";
import { preparePrivateDirectory } from "../sys/private-directory.ts";
import { isRunning } from "../sys/process-kill.ts";
import { removeIfThere } from "../sys/staged-file.ts";
import { dialStarted } from "./dial-running.ts";
import { isSuspect, suspect, trust } from "./suspect.ts";
import { daemonEnvironment } from "./variables.ts";

/** How to start it. */
export type StartOptions = {
  /** The caller's `NAME=value` strings; the daemon gets them without what would steer its runtime. */
  readonly environment: readonly RawText[];
  /** Longest time until it accepts connections. */
  readonly budgetMs: number;
  /** The same once there is a daemon's process, which may have much to do at its start; `budgetMs` unless given. */
  readonly budgetWithProcessMs?: number;
  /** Why, where it is not for want of a daemon. */
  readonly reason?: SpawnReason;
};

const POLL_MS = 20;

// Between the end of a daemon that lost the race for the endpoint and the winner's first answer.
const LOSER_GRACE_MS = 500;

const LOG_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * Starts the daemon unless another client is at it, and connects once it listens.
 * @returns undefined if it does not in time; the next clients don't try for some seconds then.
 * @throws {ZccacheError} `UNSAFE_DIRECTORY` or `IO` if its places can't be used.
 */
export async function startDaemon(where: Places, options: StartOptions): Promise<ClientConnection | undefined> {
  const began = performance.now();
  const reason = options.reason ?? reasonFor(where);
  const isOver = () => {
    const { budgetMs, budgetWithProcessMs = budgetMs } = options;
    const waitedMs = performance.now() - began;
    return waitedMs > budgetMs && (waitedMs > budgetWithProcessMs || daemonProcess(where) === undefined);
  };
  using lock = takeLock(where);
  if (lock === undefined) {
    logLifecycle(where, { event: "spawn-parked", reason, version: VERSION });
    return await waitFor(where, () => isOver() || isSuspect(where));
  }
  // It may have been started between our first look and the lock.
  const running = await dialStarted(where, options.budgetMs);
  if (running !== undefined) return running;
  logLifecycle(where, { event: "spawn-attempt", reason, version: VERSION });
  const ended = spawn(where, options.environment);
  const connection = await waitFor(where, () => isOver() || ended());
  if (connection === undefined) suspect(where);
  else {
    trust(where);
    sweepLogs(where);
  }
  return connection;
}

/** A lock file without its daemon is of one that did not end by itself. */
function reasonFor(where: Places): SpawnReason {
  const isLeft = existsSync(fsPath(where.lockFile)) && daemonProcess(where) === undefined;
  return isLeft ? "replaced-unreachable" : "initial-start";
}

/** Process id in the lock file, if such a process runs. */
function daemonProcess({ lockFile }: Places): number | undefined {
  try {
    const pid = Number(readFileSync(fsPath(lockFile), "latin1"));
    return isRunning(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function waitFor(where: Places, givenUp: () => boolean): Promise<ClientConnection | undefined> {
  for (;;) {
    await Bun.sleep(POLL_MS);
    const connection = await dialStarted(where, 1000);
    if (connection !== undefined || givenUp()) return connection;
  }
}

/** Holds the spawn lock; undefined if another process does (flock(2): no lock is left behind by one that dies). */
function takeLock({ spawnLock }: Places): Disposable | undefined {
  const directory = spawnLock.slice(0, spawnLock.lastIndexOf("/"));
  if (!existsSync(fsPath(directory))) preparePrivateDirectory(directory);
  const fd = openLock(spawnLock);
  if (lockExclusively(fd)) return { [Symbol.dispose]: () => closeSync(fd) };
  closeSync(fd);
  return undefined;
}

function openLock(path: RawText): number {
  try {
    return openSync(fsPath(path), constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    throw new ZccacheError("IO", `Cannot open "${showRaw(path)}"`, { cause: error });
  }
}

/**
 * In a session of its own, with no descriptor of ours; it computes its places from the same variables as we did.
 * @returns tells whether it has ended, which one does that finds another daemon just about to serve, a while ago.
 */
function spawn(where: Places, environment: readonly RawText[]): () => boolean {
  const log = prepareLog(where);
  const child = Bun.spawn({
    cmd: [process.execPath, "--foreground", ...(log === undefined ? [] : ["--log-file", showRaw(log)])],
    argv0: "zccache-daemon",
    env: daemonEnvironment(environment),
    stdio: ["ignore", "ignore", "ignore"],
    detached: true,
  });
  child.unref();
  let end = Number.POSITIVE_INFINITY;
  void child.exited.then(() => {
    end = performance.now();
  });
  return () => performance.now() - end > LOSER_GRACE_MS;
}

/** Where the daemon may log; undefined if nowhere, which does not keep it from starting. */
function prepareLog(where: Places): RawText | undefined {
  try {
    preparePrivateDirectory(where.logs, { tighten: true });
    return spawnLog(where, process.pid, process.hrtime.bigint());
  } catch {
    return undefined;
  }
}

/** Removes what is older than a day, other than the lifecycle log and records that users asked for (`.jsonl`). */
function sweepLogs({ logs, lifecycleLog }: Places): void {
  try {
    for (const name of readdirSync(fsPath(logs), { encoding: "buffer" }).map(rawFromBytes)) {
      const path = `${logs}/${name}`;
      if (path === lifecycleLog || name.endsWith(".jsonl")) continue;
      const stats = lstatSync(fsPath(path), { throwIfNoEntry: false });
      if (stats?.isFile() && Date.now() - stats.mtimeMs > LOG_AGE_MS) removeIfThere(path);
    }
  } catch {
    // The directory is read-only: they stay until the next start.
  }
}
