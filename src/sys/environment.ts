// The environment variables that mean something to zccache itself, read once into one typed snapshot. The only file in
// src/ that reads process.env; what the tools get is the raw block of the caller and never comes through here.

import { type RawText, rawFromString } from "../core/raw-text.ts";

const DEFAULT_STATUS_PROBE_SECS = 2;
const DEFAULT_CACHE_SIZE = 10e9;
const DEFAULT_WEDGE_RECEIVE_SECS = 180;
const DEFAULT_WEDGE_PROBE_MS = 3000;
const DEFAULT_COALESCE_WAIT_MS = 60_000;
// A timer can't wait longer than 24 days.
const MOST_PATIENCE = 1000;

/** What the user has set. A variable that is unset or empty is `undefined`, or its default where there is one. */
export type Settings = {
  /** ZCCACHE_CACHE_DIR, as spelled. */
  readonly cacheDir: RawText | undefined;
  /** ZCCACHE_DAEMON_NAMESPACE, as spelled. */
  readonly namespace: RawText | undefined;
  /** ZCCACHE_DAEMON_STATE_DIR, as spelled. */
  readonly stateDir: RawText | undefined;
  /** ZCCACHE_ENDPOINT, as spelled. */
  readonly endpoint: RawText | undefined;
  readonly home: RawText | undefined;
  readonly runtimeDir: RawText | undefined;
  /** ZCCACHE_IDLE_TIMEOUT_SECS, unchecked: a bad one is a usage error for the daemon and nothing to anybody else. */
  readonly idleTimeoutSecs: string | undefined;
  /** ZCCACHE_STATUS_PROBE_TIMEOUT_SECS. */
  readonly statusProbeSecs: number;
  /** ZCCACHE_CACHE_SIZE_BYTES: how much the cache may take on disk; 0 = any. */
  readonly cacheSizeBytes: number;
  /** ZCCACHE_NO_SPAWN: a running daemon may be used, none is started. */
  readonly noSpawn: boolean;
  /** ZCCACHE_DISABLE: every call is passed through. */
  readonly disable: boolean;
  /** ZCCACHE_NO_WATCH: the daemon looks at every path at every request instead of watching. */
  readonly noWatch: boolean;
  /** ZCCACHE_DEPTH: how many stand-ins are above this one; 0 if it is no number. */
  readonly depth: number;
  /** ZCCACHE_PATIENCE: how many times as long as usual a call waits for the daemon; 1 to 1000. */
  readonly patience: number;
  /** ZCCACHE_EXEC_COALESCE_WAIT_MS: how long a GenericToolExec waits for an equal one that runs already. */
  readonly execCoalesceWaitMs: number;
  /** ZCCACHE_MAX_PARALLEL_COMPILES: how many tools the daemon runs at once for library clients; undefined = its choice. */
  readonly maxParallelCompiles: number | undefined;
  /** ZCCACHE_WEDGE_RECV_TIMEOUT_SECS: how long a library client waits for a compile before it suspects the daemon. */
  readonly wedgeReceiveSecs: number;
  /** ZCCACHE_WEDGE_PROBE_BUDGET_MS: how long a daemon under that suspicion has to show life; 0 = it is not asked. */
  readonly wedgeProbeMs: number;
  /** RUST_LOG, the log filter. */
  readonly rustLog: string | undefined;
};

/**
 * Reads the product's variables. Never throws: a stand-in must run its tool whatever they say.
 * Bytes that are no UTF-8 have become U+FFFD before they get here.
 * @param elevated True for a setuid process, whose caller must not steer it: then no variable counts and all is disabled.
 */
export function readSettings(environment = processEnvironment(), elevated = isElevated()): Settings {
  const { read, path } = reading(environment, elevated);
  return {
    cacheDir: path("ZCCACHE_CACHE_DIR"),
    namespace: path("ZCCACHE_DAEMON_NAMESPACE"),
    stateDir: path("ZCCACHE_DAEMON_STATE_DIR"),
    endpoint: path("ZCCACHE_ENDPOINT"),
    home: path("HOME"),
    runtimeDir: path("XDG_RUNTIME_DIR"),
    idleTimeoutSecs: read("ZCCACHE_IDLE_TIMEOUT_SECS"),
    statusProbeSecs: parseDecimal(read("ZCCACHE_STATUS_PROBE_TIMEOUT_SECS")) ?? DEFAULT_STATUS_PROBE_SECS,
    cacheSizeBytes: parseSize(read("ZCCACHE_CACHE_SIZE_BYTES")) ?? DEFAULT_CACHE_SIZE,
    noSpawn: isTrue(read("ZCCACHE_NO_SPAWN")),
    disable: elevated || isTrue(read("ZCCACHE_DISABLE")),
    noWatch: isTrue(read("ZCCACHE_NO_WATCH")),
    depth: parseDecimal(read("ZCCACHE_DEPTH")) ?? 0,
    patience: Math.min(parseDecimal(read("ZCCACHE_PATIENCE")) || 1, MOST_PATIENCE),
    execCoalesceWaitMs: parseDecimal(read("ZCCACHE_EXEC_COALESCE_WAIT_MS")) ?? DEFAULT_COALESCE_WAIT_MS,
    maxParallelCompiles: parseDecimal(read("ZCCACHE_MAX_PARALLEL_COMPILES")) || undefined,
    wedgeReceiveSecs: parseDecimal(read("ZCCACHE_WEDGE_RECV_TIMEOUT_SECS")) || DEFAULT_WEDGE_RECEIVE_SECS,
    wedgeProbeMs: parseDecimal(read("ZCCACHE_WEDGE_PROBE_BUDGET_MS")) ?? DEFAULT_WEDGE_PROBE_MS,
    rustLog: read("RUST_LOG"),
  };
}

/** What says whether and where a shared broker is asked for the daemon, and where it is told of us (src/broker/README.md). */
export type BrokerSettings = {
  /** RUNNING_PROCESS_DISABLE=1: nothing of it is done. */
  readonly disabled: boolean;
  /** RUNNING_PROCESS_FAKE_BACKEND: where tests have the daemon be, in the broker's spelling. */
  readonly fakeBackend: RawText | undefined;
  /** ZCCACHE_BROKER_CONNECT=1: the broker is asked. */
  readonly connect: boolean;
  /** ZCCACHE_BROKER_ENDPOINT: where the broker listens. */
  readonly endpoint: RawText | undefined;
  readonly runtimeDir: RawText | undefined;
  readonly home: RawText | undefined;
  /** XDG_DATA_HOME and XDG_CONFIG_HOME. */
  readonly dataHome: RawText | undefined;
  readonly configHome: RawText | undefined;
  /** RUNNING_PROCESS_MANIFEST_DIR and RUNNING_PROCESS_SERVICE_DEF_DIR. */
  readonly manifestDir: RawText | undefined;
  readonly serviceDefinitionDir: RawText | undefined;
  readonly rustLog: string | undefined;
};

/** Reads the broker's variables as they are now. @param elevated As for `readSettings`: no variable counts then. */
export function readBrokerSettings(environment = processEnvironment(), elevated = isElevated()): BrokerSettings {
  const { read, path } = reading(environment, elevated);
  return {
    disabled: elevated || read("RUNNING_PROCESS_DISABLE") === "1",
    fakeBackend: path("RUNNING_PROCESS_FAKE_BACKEND"),
    connect: read("ZCCACHE_BROKER_CONNECT") === "1",
    endpoint: path("ZCCACHE_BROKER_ENDPOINT"),
    runtimeDir: path("XDG_RUNTIME_DIR"),
    home: path("HOME"),
    dataHome: path("XDG_DATA_HOME"),
    configHome: path("XDG_CONFIG_HOME"),
    manifestDir: path("RUNNING_PROCESS_MANIFEST_DIR"),
    serviceDefinitionDir: path("RUNNING_PROCESS_SERVICE_DEF_DIR"),
    rustLog: read("RUST_LOG"),
  };
}

/** ZCCACHE_FAULT, which only builds for tests read (sys/fault.ts). */
export function faultExpression(): string | undefined {
  return processEnvironment()["ZCCACHE_FAULT"];
}

/** Every variable of this process that has a value: what must not get into texts that are shown to others. */
export function environmentValues(environment = processEnvironment()): ReadonlyMap<string, string> {
  return new Map(Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : [])));
}

/** Ways to read a variable: as text, or as a path; undefined if it is unset, empty or not to be heeded. */
function reading(environment: Record<string, string | undefined>, elevated: boolean) {
  const read = (name: string): string | undefined => (elevated ? undefined : environment[name]) || undefined;
  const path = (name: string): RawText | undefined => {
    const value = read(name);
    return value === undefined ? undefined : rawFromString(value);
  };
  return { read, path };
}

function isTrue(value: string | undefined): boolean {
  return value === "1" || value === "true";
}

function parseDecimal(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** "500000000", "500M", "1.5 GiB"; undefined for anything else. */
function parseSize(value: string | undefined): number | undefined {
  const [, number, unit = ""] = /^\s*(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]i?)?b?\s*$/i.exec(value ?? "") ?? [];
  if (number === undefined) return undefined;
  return Math.floor(Number(number) * (SIZE_UNITS[unit.toLowerCase()] ?? 1));
}

function isElevated(): boolean {
  return process.getuid?.() !== process.geteuid?.() || process.getgid?.() !== process.getegid?.();
}

function processEnvironment(): Record<string, string | undefined> {
  // biome-ignore lint/style/noProcessEnv: this is the one file that reads it
  return process.env;
}
