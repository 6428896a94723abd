// The daemon's life: become the owner, bind, serve, end. The order of steps is the one in docs/architecture.md.

import { mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { RawText } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { dial } from "../ipc/dial.ts";
import { type Listener, listen, removeStaleSocket } from "../ipc/listen.ts";
import type { Places } from "../ipc/places.ts";
import { createLogger, type Logger, type LogLevel } from "../sys/log.ts";
import { preparePrivateDirectory } from "../sys/private-directory.ts";
import { Activity } from "./activity.ts";
import { DrainWhileBusy } from "./drain-while-busy.ts";
import { logLifecycle } from "./lifecycle-log.ts";
import { endWhenLost } from "./lost-places.ts";
import { openServices } from "./open-services.ts";
import { type Ownership, removePidFile, takeOwnership, writePidFile } from "./ownership.ts";
import { type ServerContext, serveConnection } from "./server.ts";
import type { Services } from "./services.ts";
import { statusSource } from "./status.ts";
import { redirectStreams } from "./streams.ts";

/** How to serve. */
export type ServeOptions = {
  readonly where: Places;
  readonly logLevel: LogLevel;
  /** RUST_LOG, which beats `logLevel` where it can be read. */
  readonly logExpression: string | undefined;
  readonly logFile: string | undefined;
  /** How much the cache may take on disk; 0 = any. */
  readonly cacheSizeBytes: number;
  /** Look at every path at every request instead of watching. */
  readonly noWatch: boolean;
  /** 0 = never end for lack of work. */
  readonly idleSeconds: number;
};

const PROBE_MS = 500;
const DRAIN_MS = 10_000;
const IDLE_CHECK_MS = 60_000;

/** Serves until told to stop or idle for long enough. @returns exit code; 0 also when another daemon serves already. */
export async function serve(options: ServeOptions): Promise<number> {
  redirectStreams(options.logFile);
  const log = createLogger({ level: options.logLevel, expression: options.logExpression });
  leaveWorkingDirectory();
  const { where } = options;
  if (await answers(where.endpoint)) return raceLost(log, where);
  // A cache that was restored from an archive may have lost its modes.
  for (const directory of [where.root, where.state]) preparePrivateDirectory(directory, { tighten: true });
  const owner = takeOwnership([ownLockOf(where), `${where.endpoint}.own`]);
  if (owner === undefined) return raceLost(log, where);
  if (await answers(where.endpoint)) {
    owner.release();
    return raceLost(log, where);
  }
  return await live(options, { log, owner });
}

async function live(options: ServeOptions, { log, owner }: { log: Logger; owner: Ownership }): Promise<number> {
  const { where } = options;
  const activity = new Activity();
  const services = openServices(options, log);
  using draining = new DrainWhileBusy((lateMs) => {
    services.watch?.drain();
    services.counters.countDelay(lateMs);
  }, activity);
  const end = Promise.withResolvers<"idle" | "shutdown">();
  const context: ServerContext = {
    services,
    activity,
    draining,
    status: statusSource(services, { namespace: where.namespace, endpoint: where.endpoint, cacheDir: where.root }),
    shutDown: () => end.resolve("shutdown"),
  };
  removeStaleSocket(where.endpoint);
  const listener = listen(where.endpoint, (connection) => void serveConnection(connection, context));
  announce(options, log);
  const timers = [
    endWhenIdle(activity, options.idleSeconds, () => end.resolve("idle")),
    endWhenLost([where.endpoint, ownLockOf(where)], () => end.resolve("shutdown")),
  ];
  onSignals(() => end.resolve("shutdown"));
  const reason = await end.promise;
  for (const timer of timers) clearInterval(timer);
  await shutDown(listener, { services, activity });
  recordEnd(reason, options);
  removePidFile(where.lockFile);
  owner.release();
  log.info("daemon", `ended: ${reason}`);
  return 0;
}

function announce({ where, idleSeconds }: ServeOptions, log: Logger): void {
  logLifecycle(where, {
    event: "spawn",
    endpoint: where.endpoint,
    idle_timeout: idleSeconds,
    version: VERSION,
    client_version: VERSION,
    client_binary_path: process.execPath,
  });
  writePidFile(where.lockFile);
  log.info("daemon", `zccache ${VERSION} serves ${where.endpoint}, idle timeout ${idleSeconds} s`);
}

function endWhenIdle(activity: Activity, seconds: number, end: () => void): ReturnType<typeof setInterval> | undefined {
  if (seconds === 0) return undefined;
  return setInterval(() => {
    if (activity.idleSeconds() >= seconds) end();
  }, IDLE_CHECK_MS);
}

function ownLockOf({ state }: Places): RawText {
  return `${state}/daemon.own`;
}

function onSignals(end: () => void): void {
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  process.on("SIGHUP", () => {}); // a terminal that closes must not end the daemon that was started from it
}

/** No new clients; those that are served get time to finish; then everything is on disk. */
async function shutDown(listener: Listener, parts: { services: Services; activity: Activity }): Promise<void> {
  listener.stop();
  await parts.activity.settled(DRAIN_MS);
  await parts.services.store[Symbol.asyncDispose]();
  await parts.services.pool[Symbol.asyncDispose]();
}

function recordEnd(reason: "idle" | "shutdown", { where, idleSeconds }: ServeOptions): void {
  const seconds = Math.floor(process.uptime());
  logLifecycle(
    where,
    reason === "idle"
      ? { event: "died-idle", reason: "idle-timeout", idle_secs: idleSeconds, idle_timeout_secs: idleSeconds }
      : { event: "died-shutdown", reason: "graceful-shutdown", uptime_secs: seconds },
  );
}

function raceLost(log: Logger, where: Places): number {
  log.info("daemon", `another daemon serves ${where.endpoint}`);
  return 0;
}

/** So that the directory the daemon was started in can be deleted or unmounted. */
function leaveWorkingDirectory(): void {
  try {
    const home = join(homedir(), ".zccache");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    process.chdir(home);
  } catch {
    process.chdir(tmpdir());
  }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const connection = await dial(endpoint, { timeoutMs: PROBE_MS });
    connection.close();
    return true;
  } catch {
    return false;
  }
}
