// zccache start: the daemon by hand. Clients start it by themselves; this is for those who want to see it fail.

import { describeError, ZccacheError } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import { isOlder, VERSION } from "../../core/version.ts";
import type { ClientConnection } from "../../ipc/client-connection.ts";
import { question } from "../../ipc/question.ts";
import { startDaemon } from "../../shim/start-daemon.ts";
import { connect } from "../ask-daemon.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { askToEnd, hasEnded } from "../end-daemon.ts";

const START_MS = 10_000;
const START_WITH_PROCESS_MS = 60_000;

export const start: Command = {
  name: "start",
  aliases: [],
  summary: "start the daemon, unless it runs already",
  args: [],
  flags: [],
  examples: [
    ["zccache start", "have a daemon before the first compile"],
    ["ZCCACHE_IDLE_TIMEOUT_SECS=0 zccache start", "one that never ends by itself"],
  ],
  run: runStart,
};

async function runStart(input: CommandInput): Promise<CommandResult> {
  const started = await ensureDaemon(input);
  if ("exitCode" in started) return started;
  using daemon = started.daemon;
  const which = `process ${daemon.peer.pid}, ${showRaw(input.where.endpoint)}`;
  return done(started.isNew ? `Started the daemon (${which}).` : `The daemon runs already (${which}).`);
}

/** A connection to the daemon, started if need be, in place of one of an older version too; or what to tell the user. */
export async function ensureDaemon(
  input: CommandInput,
): Promise<{ daemon: ClientConnection; isNew: boolean } | CommandResult> {
  const { settings, where, environment } = input;
  try {
    const running = await connect(settings, where);
    const isStale = running !== undefined && (await replaces(running, input));
    if (running !== undefined && !isStale) return { daemon: running, isNew: false };
    if (settings.noSpawn)
      return failed("Cannot start the daemon: ZCCACHE_NO_SPAWN forbids it", "Unset it and try again.");
    const budgets = { budgetMs: START_MS, budgetWithProcessMs: START_WITH_PROCESS_MS };
    const why = isStale ? ({ reason: "replaced-stale-version" } as const) : {};
    const daemon = await startDaemon(where, { environment, ...budgets, ...why });
    if (daemon !== undefined) return { daemon, isNew: true };
    return failed(
      `Cannot start the daemon: it does not answer at "${showRaw(where.endpoint)}"`,
      `What it said is in the newest daemon-spawn file in "${showRaw(where.logs)}".`,
    );
  } catch (error) {
    return failed(`Cannot start the daemon: ${describeError(error)}`);
  }
}

/** Ends a daemon that is older than we are. False for one that is to be used, as it is, whatever it may be. */
async function replaces(daemon: ClientConnection, { settings }: CommandInput): Promise<boolean> {
  const timeoutMs = settings.statusProbeSecs * 1000;
  if (settings.noSpawn || !isOlder(await versionOf(daemon, timeoutMs))) return false;
  await askToEnd(daemon, timeoutMs);
  if (!(await hasEnded(daemon.peer.pid, START_MS))) return false;
  daemon.close();
  return true;
}

/** A daemon that is too busy to tell has our version. @throws {ZccacheError} `VERSION_MISMATCH` for another protocol. */
async function versionOf(daemon: ClientConnection, timeoutMs: number): Promise<string> {
  try {
    return (await question(daemon, { type: "Status" }, { type: "Status", timeoutMs })).version;
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "VERSION_MISMATCH") throw error;
    return VERSION;
  }
}
