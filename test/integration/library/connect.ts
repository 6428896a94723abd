// A library client of a sandbox's daemon.

import { afterAll } from "bun:test";
import { Client } from "../../../src/client/client.ts";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

/** Starts the daemon if need be. @returns its endpoint. */
export async function startDaemon(box: Sandbox): Promise<string> {
  const started = await box.zccache(["start"]);
  if (started.exitCode !== 0) throw new Error(`Cannot start the daemon: ${started.stderr}`);
  return (await statusOf(box)).endpoint;
}

/** Connects to the daemon, which is started if need be. */
export async function connect(box: Sandbox): Promise<Client> {
  return new Client(await dial(rawFromString(await startDaemon(box))));
}

/** A sandbox whose daemon runs, and a client of it, until all tests of the file are through. */
export async function clientForAll(): Promise<{ readonly box: Sandbox; readonly client: Client }> {
  const box = sandbox();
  let client: Client | undefined;
  afterAll(async () => {
    client?.[Symbol.dispose]();
    await box[Symbol.asyncDispose]();
  });
  client = await connect(box);
  return { box, client };
}

/** What `status --json` says of the daemon. */
export async function statusOf(box: Sandbox) {
  return JSON.parse((await box.zccache(["status", "--json"])).stdout).daemon;
}

/** The sandbox's variables as requests have them. */
export function pairsOf(variables: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(variables).map(([name, value]) => [rawFromString(name), rawFromString(value)]);
}
