// A verb's calls of the protocol. The typed client is loaded here only, when such a verb runs.

import type { Client } from "../client/client.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import { absolutePath, type RawText, rawFromString } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import { places } from "../ipc/places.ts";
import { withVariables } from "../shim/variables.ts";
import { connect } from "./ask-daemon.ts";
import type { CommandInput, Flag } from "./command.ts";

/** The flag of verbs that can ask another daemon. */
export const ENDPOINT_FLAG: Flag = { name: "endpoint", value: "socket", summary: "ask the daemon that serves this" };

/** What a verb's flags may say about the daemon that is meant. */
export type DaemonFlags = Readonly<Record<string, string>>;

/** Each flag stands for a variable, and the daemon that is started gets that. */
const ENDPOINT_ONLY: DaemonFlags = { endpoint: "ZCCACHE_ENDPOINT" };

const SETTING_OF = {
  ZCCACHE_CACHE_DIR: "cacheDir",
  ZCCACHE_DAEMON_NAMESPACE: "namespace",
  ZCCACHE_ENDPOINT: "endpoint",
} as const;

/** The input as if the flags had been variables. */
export function withDaemonFlags(input: CommandInput, variableOf: DaemonFlags = ENDPOINT_ONLY): CommandInput {
  let { environment, settings } = input;
  for (const [flag, variable] of Object.entries(variableOf)) {
    const [value] = input.values.get(flag) ?? [];
    const setting = Object.entries(SETTING_OF).find(([name]) => name === variable)?.[1];
    if (value === undefined || setting === undefined) continue;
    environment = withVariables(environment, [[variable, rawFromString(value)]]);
    settings = { ...settings, [setting]: rawFromString(value) };
  }
  return { ...input, environment, settings, where: places(settings) };
}

/** A client over a connection. */
export async function clientOver(connection: ClientConnection): Promise<Client> {
  const { Client } = await import("../client/client.ts");
  return new Client(connection);
}

/** A client of the daemon that runs; undefined if none does. @throws as `connect`. */
export async function clientOf({ settings, where }: CommandInput): Promise<Client | undefined> {
  const connection = await connect(settings, where);
  return connection === undefined ? undefined : await clientOver(connection);
}

/** A path of the command line, from the working directory; `..` stays, since it may stand behind a symbolic link. */
export function pathOf(text: string): RawText {
  const here = rawFromString(process.cwd());
  return text === "." ? here : absolutePath(rawFromString(text), here);
}

/** What the daemon said against it, without our words around it. */
export function saidAgainst(error: unknown): string {
  const isSaid = error instanceof ZccacheError && ["MESSAGE", "DAEMON_ANSWER"].includes(error.code);
  return isSaid ? error.message.replace(/^Cannot (?:use the daemon's answer to|send) \w+: /, "") : describeError(error);
}
