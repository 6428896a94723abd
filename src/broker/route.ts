// What the parts of the lane say to each other.

import type { RawText } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import type { BrokerSettings } from "../sys/environment.ts";

/** By which way a connection was found; `endpoint` is the one that it leads to. */
export type Route =
  | { readonly kind: "direct" }
  | {
      readonly kind: "broker";
      /** The endpoint was known without asking; the broker has named it. */
      readonly route: "hello-skip" | "broker-negotiated";
      readonly endpoint: RawText;
    };

/** A connection, and how it was found. */
export type Connected = { readonly connection: ClientConnection; readonly route: Route };

/** Who is asked first; nobody on the direct lane. */
export type Lane =
  | { readonly kind: "direct" }
  | { readonly kind: "seam"; readonly endpoint: RawText }
  | { readonly kind: "production" };

/** A lane that leads through somebody else. */
export type Indirect = Exclude<Lane, { kind: "direct" }>;

/** What decides about the lane. */
export type LaneSettings = Pick<BrokerSettings, "disabled" | "fakeBackend" | "connect">;

/** How to connect. */
export type ConnectOptions = {
  /** Budget of each connection, as for `dial`. */
  readonly timeoutMs?: number;
  /** Directory of the lane's log, which is made; without it nothing is logged. */
  readonly logs?: RawText;
  /** What the lane may take before it is given up, if not the usual. */
  readonly budgets?: LaneBudgets;
};

/** Longest waits, in milliseconds. */
export type LaneBudgets = {
  /** For a connection to the seam's endpoint. */
  readonly seamMs: number;
  /** For the broker's answer, the connection to it included. */
  readonly brokerMs: number;
  /** For the first sign of life of whoever is found. */
  readonly signMs: number;
};
