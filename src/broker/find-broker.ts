// Where the broker listens. Its socket's name holds a hash of the user and the machine that we do not compute: there is one
// broker for a user, so the socket is found by the rest of its name.

import { lstatSync } from "node:fs";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { isDirect } from "../ipc/socket-path.ts";
import type { BrokerSettings } from "../sys/environment.ts";
import { fsPath } from "../sys/fs-path.ts";
import { namesIn } from "../sys/names-in.ts";
import { ownUserId } from "../sys/private-directory.ts";
import { toZccache } from "./spelling.ts";

const BROKER_SOCKET = /^rpb-v1-.+-shared\.sock$/;

/** The broker's endpoint. @throws {ZccacheError} `BROKER` if there is none, more than one, or one with too long a path. */
export function findBroker({ endpoint, runtimeDir }: Pick<BrokerSettings, "endpoint" | "runtimeDir">): RawText {
  const found = endpoint === undefined ? onlySocket(runtimeDir) : toZccache(endpoint);
  if (isDirect(found)) return found;
  throw new ZccacheError("BROKER", `Cannot ask the broker at "${showRaw(found)}": the path is too long for a socket`);
}

function onlySocket(runtimeDir: RawText | undefined): RawText {
  if (runtimeDir?.startsWith("/") !== true)
    throw new ZccacheError("BROKER", "Cannot find a broker: no XDG_RUNTIME_DIR");
  const directory = `${runtimeDir}/running-process/broker`;
  const [first, ...more] = namesOrNone(directory)
    .filter((name) => BROKER_SOCKET.test(name))
    .map((name) => `${directory}/${name}`)
    .filter(isOwnSocket);
  if (first !== undefined && more.length === 0) return first;
  const state = first === undefined ? "there is no socket of one" : `there are ${more.length + 1} sockets`;
  throw new ZccacheError("BROKER", `Cannot find a broker in "${showRaw(directory)}": ${state}`);
}

/** Whatever keeps it from being read, there is no broker to be found in it. */
function namesOrNone(directory: RawText): RawText[] {
  try {
    return namesIn(directory);
  } catch {
    return []; // it may not be read
  }
}

function isOwnSocket(path: RawText): boolean {
  const stats = lstatSync(fsPath(path), { throwIfNoEntry: false });
  return stats?.isSocket() === true && stats.uid === ownUserId();
}
