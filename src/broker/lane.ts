// The lane: find out where the daemon is, drop the connection that told, open a new one to there. What goes wrong is logged
// and means that the caller connects directly.

import { mkdirSync, writeFileSync } from "node:fs";
import { describeError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import { dial } from "../ipc/dial.ts";
import { question } from "../ipc/question.ts";
import type { BrokerSettings } from "../sys/environment.ts";
import { fsPath } from "../sys/fs-path.ts";
import { createLogger, type Logger } from "../sys/log.ts";
import { askBroker } from "./ask-broker.ts";
import { findBroker } from "./find-broker.ts";
import type { Connected, ConnectOptions, Indirect, LaneBudgets, Route } from "./route.ts";
import { toZccache } from "./spelling.ts";

type Resolved = Extract<Route, { kind: "broker" }>;

const BUDGETS: LaneBudgets = { seamMs: 250, brokerMs: 1000, signMs: 1000 };

/** A connection to where the lane leads; undefined where it leads nowhere. Never throws. */
export async function throughLane(
  lane: Indirect,
  settings: BrokerSettings,
  options: ConnectOptions,
): Promise<Connected | undefined> {
  const log = laneLog(options.logs, settings.rustLog);
  const budgets = options.budgets ?? BUDGETS;
  try {
    const route = lane.kind === "seam" ? await trySeam(lane.endpoint, budgets, log) : await ask(settings, budgets);
    if (route === undefined) return undefined;
    return { connection: await open(route.endpoint, budgets, options.timeoutMs), route };
  } catch (error) {
    log.debug("broker", `connects directly: ${describeError(error)}`);
    return undefined;
  }
}

/** Somebody has set it on purpose, so that it does not work is worth a warning. */
async function trySeam(spelled: RawText, { seamMs }: LaneBudgets, log: Logger): Promise<Resolved | undefined> {
  const endpoint = toZccache(spelled);
  try {
    (await dial(endpoint, { timeoutMs: seamMs })).close();
    return { kind: "broker", route: "hello-skip", endpoint };
  } catch (error) {
    log.warn("broker", `Cannot use RUNNING_PROCESS_FAKE_BACKEND "${showRaw(spelled)}": ${describeError(error)}`);
    return undefined;
  }
}

async function ask(settings: BrokerSettings, { brokerMs }: LaneBudgets): Promise<Resolved> {
  const endpoint = toZccache(await askBroker(findBroker(settings), brokerMs));
  return { kind: "broker", route: "broker-negotiated", endpoint };
}

/** Whoever is there must be our user's and speak our protocol before it is told anything. */
async function open(
  endpoint: RawText,
  { signMs }: LaneBudgets,
  timeoutMs: number | undefined,
): Promise<ClientConnection> {
  const connection = await dial(endpoint, timeoutMs === undefined ? {} : { timeoutMs });
  try {
    await question(connection, { type: "Ping" }, { type: "Pong", timeoutMs: signMs });
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A stand-in's standard error is the tool's: the lane has a file of its own. */
function laneLog(logs: RawText | undefined, expression: string | undefined): Logger {
  const write = (line: string) => {
    if (logs === undefined) return;
    mkdirSync(fsPath(logs), { recursive: true, mode: 0o700 });
    writeFileSync(fsPath(`${logs}/broker-lane.log`), line, { flag: "a", mode: 0o600 });
  };
  return createLogger({ level: "warn", expression, write });
}
