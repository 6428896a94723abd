// The daemon's life: become the owner, bind, serve, end. The order of steps is the one in docs/architecture.md.

import { mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describeError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { logLifecycle } from "../ipc/lifecycle-log.ts";
import { listen, prepareEndpointDirectory, removeStaleSocket } from "../ipc/listen.ts";
import { crashesIn, type Places } from "../ipc/places.ts";
import { readSettings } from "../sys/environment.ts";
import { createLogger, type Logger, type LogLevel } from "../sys/log.ts";
import { preparePrivateDirectory } from "../sys/private-directory.ts";
import { identifySelf } from "../sys/self-image.ts";
import { Activity } from "./activity.ts";
import { Admission } from "./admission.ts";
import { announce } from "./announce.ts";
import { installCrashGuard } from "./crash-guard.ts";
import { openDiscovery } from "./discovery.ts";
import { DrainWhileBusy } from "./drain-while-busy.ts";
import { endWhenIdle, endWithoutOwners, type Reason, recordEnd, showReason } from "./ending.ts";
import { endRun } from "./last-run.ts";
import { openLibrary } from "./library/open-library.ts";
import { Sessions } from "./library/sessions.ts";
import { Slots } from "./library/slots.ts";
import { ToolGuard } from "./library/tool-guard.ts";
import { ToolRuns } from "./library/tool-runs.ts";
import { endWhenLost } from "./lost-places.ts";
import { openServices } from "./open-services.ts";
import { type Ownership, removePidFile, takeOwnership } from "./ownership.ts";
import { accepts, isServed } from "./probe.ts";
import { type ServerContext, serveConnection } from "./server.ts";
import { shutDown } from "./shut-down.ts";
import { statusSource } from "./status.ts";
import { closeInherited, redirectStreams } from "./streams.ts";

/** How to serve. */
export type ServeOptions = {
  readonly where: Places;
  /** --config, which says nothing yet. */
  readonly config: string | undefined;
  readonly logLevel: LogLevel;
  /** RUST_LOG, which beats `logLevel` where it can be read. */
  readonly logExpression: string | undefined;
  readonly logFile: string | undefined;
  /** How much the cache may take on disk; 0 = any. */
  readonly cacheSizeBytes: number;
  /** Look at every path at every request instead of watching. */
  readonly noWatch: boolean;
  /** Keep an image of what is known of files, for the next daemon. */
  readonly depgraphCache: boolean;
  /** 0 = never end for lack of work. */
  readonly idleSeconds: number;
};

/** Serves until told to stop or idle for long enough. @returns exit code; 0 also when another daemon serves already. */
export async function serve(options: ServeOptions): Promise<number> {
  closeInherited();
  redirectStreams(options.logFile);
  const { where, idleSeconds } = options;
  const log = createLogger({ level: options.logLevel, expression: options.logExpression });
  leaveWorkingDirectory();
  installCrashGuard(crashesIn(where), log, () => endRun(where.state));
  const end = Promise.withResolvers<Reason>();
  onSignals(() => end.resolve("shutdown"));
  const endpoint = showRaw(where.endpoint);
  log.info("daemon", `zccache ${VERSION} starts for ${endpoint}, idle timeout ${idleSeconds} s`);
  if (options.config !== undefined) log.warn("daemon", "--config is accepted, but no setting is read from it");
  try {
    if (await isServed(where, identifySelf())) return raceLost(log, where);
    const owner = await becomeOwner(where);
    return owner === undefined ? raceLost(log, where) : await live(options, { log, owner, end });
  } catch (error) {
    log.error("daemon", `Cannot serve ${endpoint}: ${describeError(error)}`);
    removePidFile(where.lockFile);
    return 1;
  }
}

/** Undefined if another daemon is it. Locks are taken before anything else is made: who comes second leaves no trace. */
async function becomeOwner(where: Places): Promise<Ownership | undefined> {
  prepareEndpointDirectory(where.endpoint);
  // A cache that was restored from an archive may have lost its modes.
  for (const directory of [where.root, where.state]) preparePrivateDirectory(directory, { tighten: true });
  const owner = takeOwnership([ownLockOf(where), `${where.endpoint}.own`]);
  if (owner === undefined || !(await accepts(where.endpoint))) return owner;
  owner.release();
  return undefined;
}

type Life = { readonly log: Logger; readonly owner: Ownership; readonly end: PromiseWithResolvers<Reason> };

async function live(options: ServeOptions, { log, owner, end }: Life): Promise<number> {
  const { where } = options;
  const activity = new Activity();
  const services = openServices(options, log);
  using draining = new DrainWhileBusy((lateMs) => {
    services.watch?.drain();
    services.counters.countDelay(lateMs);
  }, activity);
  const sessions = new Sessions(services.startUpWarnings);
  const guard = new ToolGuard(() => services.tracer.path(), log);
  const toolRuns = new ToolRuns(new Slots(readSettings().maxParallelCompiles), guard);
  const context: ServerContext = {
    services,
    sessions,
    toolRuns,
    library: openLibrary({ services, activity, sessions, toolRuns, where }),
    activity,
    admission: new Admission(),
    draining,
    status: statusSource(services, sessions, {
      namespace: where.namespace,
      endpoint: where.endpoint,
      cacheDir: where.root,
    }),
    record: (event) => logLifecycle(where, event),
    shutDown: () => end.resolve("shutdown"),
  };
  const discovery = openDiscovery({ where, pool: services.pool, activity, log });
  removeStaleSocket(where.endpoint);
  const listener = listen(where.endpoint, (connection) => {
    connection.offerTo(discovery.stranger);
    void serveConnection(connection, context);
  });
  announce(options, log);
  void discovery.publish();
  services.depgraph.start();
  log.info("daemon", `listens at ${showRaw(where.endpoint)}`);
  const timers = [
    endWhenIdle(activity, options.idleSeconds, end.resolve),
    endWithoutOwners(sessions.owners, end.resolve),
    endWhenLost([where.endpoint, ownLockOf(where)], () => end.resolve("shutdown")),
  ];
  const reason = await end.promise;
  const idleSeconds = Math.floor(activity.idleSeconds());
  for (const timer of timers) clearInterval(timer);
  await shutDown({ listener, services, activity });
  recordEnd(reason, where, { idle_secs: idleSeconds, idle_timeout_secs: options.idleSeconds });
  endRun(where.state);
  removePidFile(where.lockFile);
  owner.release();
  log.info("daemon", `ended: ${showReason(reason)}`);
  return 0;
}

function ownLockOf({ state }: Places): RawText {
  return `${state}/daemon.own`;
}

function onSignals(end: () => void): void {
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  process.on("SIGHUP", () => {}); // a terminal that closes must not end the daemon that was started from it
}

function raceLost(log: Logger, where: Places): number {
  log.info("daemon", `another daemon serves ${showRaw(where.endpoint)}`);
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
