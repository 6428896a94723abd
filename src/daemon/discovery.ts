// What the daemon does for a shared broker that may look for it: says who it is, in a file and to probes, and what belongs
// to it. All of it comes after the endpoint is bound and behind the callers' backs.

import type { Identity } from "../broker/identity.ts";
import { probeStranger } from "../broker/stranger.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { Places } from "../ipc/places.ts";
import type { Stranger } from "../ipc/stranger.ts";
import { isDigest } from "../key/digest-file.ts";
import { readBoot } from "../key/stamp-scope.ts";
import { storeDirectory } from "../store/open-store.ts";
import { type BrokerSettings, readBrokerSettings } from "../sys/environment.ts";
import type { Logger } from "../sys/log.ts";
import { hashIn } from "../workers/offload.ts";
import type { Pool } from "../workers/pool.ts";
import type { Activity } from "./activity.ts";
import { spoolDirectory } from "./spool.ts";

/** A daemon's side of the discovery. */
export type Discovery = {
  /** Answers probes at our endpoint. */
  readonly stranger: Stranger;
  /** Writes identity, manifest and service definition; to be called once the lock file is there. Never rejects. */
  publish(): Promise<void>;
};

/** What it works with. */
export type DiscoveryParts = {
  readonly where: Places;
  readonly pool: Pool;
  readonly activity: Activity;
  readonly log: Logger;
};

/** The discovery of a daemon; with RUNNING_PROCESS_DISABLE=1 probes are closed and nothing is written. */
export function openDiscovery(parts: DiscoveryParts, settings = readBrokerSettings()): Discovery {
  const identity = Promise.withResolvers<Identity>();
  identity.promise.catch(() => {}); // told in the log; probes are closed
  return {
    stranger: probeStranger({ identity: identity.promise, begin: () => parts.activity.begin() }),
    async publish() {
      if (settings.disabled) return identity.reject(new ZccacheError("BROKER", "The discovery is turned off"));
      try {
        await tell(parts, settings, identity.resolve);
      } catch (error) {
        identity.reject(error);
        // Workers also end with a daemon that ends at once.
        const level = error instanceof ZccacheError && error.code === "WORKER" ? "debug" : "warn";
        parts.log[level]("broker", `Cannot tell a broker of this daemon: ${describeError(error)}`);
      }
    },
  };
}

async function tell(
  { where, pool, log }: DiscoveryParts,
  settings: BrokerSettings,
  identify: (identity: Identity) => void,
): Promise<void> {
  // 75 ms of work, which a worker does.
  const [digest = "", { identityFile, ownIdentity, writeIdentity }, { publish }] = await Promise.all([
    hashIn(pool)(["/proc/self/exe"]).then(([reading]) => reading?.outcome),
    import("../broker/identity.ts"),
    import("../broker/publish.ts"),
  ]);
  if (!isDigest(digest)) throw new ZccacheError("IO", `Cannot read our executable: ${digest}`);
  const identity = ownIdentity(where, digest, readBoot()?.boot ?? "");
  identify(identity);
  try {
    writeIdentity(identityFile(where), identity);
  } catch (error) {
    log.warn("broker", `Cannot write the identity file: ${describeError(error)}`);
  }
  const { root, state, logs } = where;
  const roots = {
    data: storeDirectory(state),
    index: `${state}/depgraph`,
    logs,
    locks: root,
    tmp: spoolDirectory(state),
  };
  publish(settings, roots, log);
}
