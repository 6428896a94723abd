// The typed client of the daemon of a sandbox.

import { type Client, connectClient } from "../../src/client/client.ts";
import { places } from "../../src/ipc/places.ts";
import { readSettings } from "../../src/sys/environment.ts";
import type { Sandbox } from "./sandbox.ts";

/** Starts the daemon, unless it runs, and connects to it. */
export async function libraryClient(box: Sandbox): Promise<Client> {
  await box.zccache(["start"]);
  return await connectClient(endpointOf(box), 10_000);
}

/** Where the daemon of a sandbox serves. */
export function endpointOf(box: Sandbox): string {
  return places(readSettings(box.env, false)).endpoint;
}
