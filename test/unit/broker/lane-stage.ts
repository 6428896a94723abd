// What the tests of the lane share: a server that answers Ping and counts who connects, and one connect under variables.

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { connectDaemonWithRoute } from "../../../src/broker/connect-daemon.ts";
import type { ConnectOptions, Route } from "../../../src/broker/route.ts";
import { listen } from "../../../src/ipc/listen.ts";
import { question } from "../../../src/ipc/question.ts";
import { type LaneVariables, withLaneVariables } from "../../support/lane-variables.ts";
import { answerPings, newEndpoint, scratch } from "../ipc/sockets.ts";

/** A daemon that only knows Ping. */
export class PingServer implements Disposable {
  readonly endpoint: string = newEndpoint();
  connections = 0;
  readonly #listener = listen(this.endpoint, (connection) => {
    this.connections++;
    void answerPings(connection);
  });

  [Symbol.dispose](): void {
    for (const connection of this.#listener.connections) connection.close();
    this.#listener.stop();
  }
}

/** An endpoint that nobody serves, in a directory that is there. */
export function deadEndpoint(): string {
  const endpoint = newEndpoint();
  mkdirSync(dirname(endpoint), { mode: 0o700 });
  return endpoint;
}

/** What one connect under these variables came to. */
export type Tried = { readonly route: Route; readonly answered: boolean; readonly log: string };

/** Machines that run tests stall for seconds. */
export const PATIENT = { seamMs: 60_000, brokerMs: 60_000, signMs: 60_000 };

let logs = 0;

/** Connects once, and asks Ping over the connection. `log` is what the lane has logged. */
export async function tryConnect(
  endpoint: string,
  variables: LaneVariables,
  options: ConnectOptions = {},
): Promise<Tried> {
  const directory = join(scratch, `logs-${logs++}`);
  const { connection, route } = await withLaneVariables(variables, () =>
    connectDaemonWithRoute(endpoint, { logs: directory, budgets: PATIENT, ...options }),
  );
  using _connection = connection;
  const { type } = await question(connection, { type: "Ping" }, { type: "Pong", timeoutMs: 30_000 });
  const file = join(directory, "broker-lane.log");
  return { route, answered: type === "Pong", log: existsSync(file) ? readFileSync(file, "utf8") : "" };
}

/** The route past the broker. */
export const DIRECT: Route = { kind: "direct" };
