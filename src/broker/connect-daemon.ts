// Every client's way to the daemon: directly, or where a shared broker says. Three variables decide, at each connect; the
// lane and all that it needs is loaded only where one of them asks for it.

import type { RawText } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import { dial } from "../ipc/dial.ts";
import { type BrokerSettings, readBrokerSettings } from "../sys/environment.ts";
import type { Connected, ConnectOptions, Indirect, Lane, LaneSettings } from "./route.ts";

/**
 * Connects to the daemon at `endpoint`, or to the one that stands for it.
 * @throws {ZccacheError} As `dial`, and only where a direct connection to `endpoint` fails.
 */
export async function connectDaemon(endpoint: RawText, options: ConnectOptions = {}): Promise<ClientConnection> {
  return (await connectDaemonWithRoute(endpoint, options)).connection;
}

/** As `connectDaemon`, and tells the way. */
export async function connectDaemonWithRoute(endpoint: RawText, options: ConnectOptions = {}): Promise<Connected> {
  const settings = readBrokerSettings();
  const lane = laneOf(settings);
  const found = lane.kind === "direct" ? undefined : await follow(lane, settings, options);
  if (found !== undefined) return found;
  const { timeoutMs } = options;
  const connection = await dial(endpoint, timeoutMs === undefined ? {} : { timeoutMs });
  return { connection, route: { kind: "direct" } };
}

/**
 * The first that applies.
 * @example The escape hatch beats everything else
 * ```ts
 * const settings = { disabled: true, fakeBackend: "/tmp/x.sock", connect: true };
 * if (laneOf(settings).kind !== "direct") throw new Error("unexpected lane");
 * ```
 */
export function laneOf(settings: LaneSettings): Lane {
  if (settings.disabled) return { kind: "direct" };
  if (settings.fakeBackend !== undefined) return { kind: "seam", endpoint: settings.fakeBackend };
  return { kind: settings.connect ? "production" : "direct" };
}

/** Undefined where the lane leads nowhere, whatever the reason. */
async function follow(
  lane: Indirect,
  settings: BrokerSettings,
  options: ConnectOptions,
): Promise<Connected | undefined> {
  try {
    const { throughLane } = await import("./lane.ts");
    return await throughLane(lane, settings, options);
  } catch {
    return undefined; // it logs what it can by itself
  }
}
