// Names and places: which cache, state directory, socket and locks belong to these settings. Client and daemon compute
// the same from the same settings and version; nothing here is created.

import { userInfo } from "node:os";
import { absolutePath, baseName, type RawText, rawFromString, rawToBytes } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import type { Settings } from "../sys/environment.ts";
import { isPrivateDirectory, ownUserId } from "../sys/private-directory.ts";

/** Where everything of one daemon is. Paths are absolute. */
export type Places = {
  /** Root that the user names; below it one directory per version. */
  readonly topRoot: RawText;
  /** The effective root: `<topRoot>/v<version>`. */
  readonly root: RawText;
  /** What the daemon keeps: store, logs, tracer. */
  readonly state: RawText;
  /** Label of the namespace, `default` if there is none. */
  readonly namespace: string;
  readonly endpoint: RawText;
  /** Holds the daemon's pid. */
  readonly lockFile: RawText;
  /** Held by a client while it starts the daemon. */
  readonly spawnLock: RawText;
  /** Directory of all logs. */
  readonly logs: RawText;
  readonly lifecycleLog: RawText;
};

/** What places depend on besides the settings. */
export type Machine = {
  readonly uid: number;
  readonly cwd: () => RawText;
  /** Home directory for when HOME does not tell. */
  readonly home: () => RawText | undefined;
  readonly isPrivate: (path: RawText) => boolean;
};

type Namespace = { readonly label: string /** `-<ns>`, or nothing */; readonly part: string };

const DEFAULT_NAMESPACE = "default";
const MAX_NAMESPACE = 32;
const MAX_ENDPOINT_BYTES = 100;
const SUFFIX = `v${VERSION}`;

/** The places for these settings. A setting `endpoint` wins over the computed one, and gets a lock of its own. */
export function places(settings: Settings, machine = thisMachine()): Places {
  const namespace = namespaceOf(settings.namespace);
  const topRoot = topRootOf(settings, machine);
  const root = `${topRoot}/${SUFFIX}`;
  const state =
    settings.stateDir === undefined
      ? `${root}${namespace.part && `/daemon-state/${namespace.label}`}`
      : clean(settings.stateDir, machine);
  const endpoint = endpointOf(settings, { namespace, root }, machine);
  const lockFile = lockFileOf(settings, { namespace, root }, endpoint);
  const logs = `${state}/logs`;
  return {
    topRoot,
    root,
    state,
    namespace: namespace.label,
    endpoint,
    lockFile,
    spawnLock: `${lockFile}.spawn`,
    logs,
    lifecycleLog: `${logs}/daemon-lifecycle${namespace.part}.log`,
  };
}

/** Where the output of a daemon that process `pid` starts now goes. Unique by pid and nanoseconds. */
export function spawnLog(where: Places, pid: number, nanoseconds: bigint): RawText {
  const part = where.namespace === DEFAULT_NAMESPACE ? "" : `-${where.namespace}`;
  return `${where.logs}/daemon-spawn${part}-${pid}-${nanoseconds}.log`;
}

/** Where daemons that crashed leave their dumps. */
export function crashesIn({ state }: Pick<Places, "state">): RawText {
  return `${state}/crashes`;
}

/** Below the effective root: what verification found to differ, which `status` points at. */
export function evidenceIn(root: RawText): RawText {
  return `${root}/verify`;
}

function topRootOf(settings: Settings, machine: Machine): RawText {
  if (settings.cacheDir === undefined) return `${homeOf(settings, machine)}/.zccache`;
  const root = clean(settings.cacheDir, machine);
  // `<root>` and `<root>/v<version>` are the same cache.
  return baseName(root) === SUFFIX ? root.slice(0, -SUFFIX.length - 1) : root;
}

function homeOf(settings: Settings, machine: Machine): RawText {
  return clean(settings.home ?? machine.home() ?? privateTemporary(machine), machine);
}

type Names = { readonly namespace: Namespace; readonly root: RawText };

function endpointOf(settings: Settings, { namespace, root }: Names, machine: Machine): RawText {
  if (settings.endpoint !== undefined) return clean(settings.endpoint, machine);
  if (settings.cacheDir !== undefined) {
    return short(`${root}/daemon${namespace.part}-${SUFFIX}.sock`, namespace, machine);
  }
  const name = `sock${namespace.part}-${SUFFIX}`;
  const { runtimeDir } = settings;
  const usable = runtimeDir?.startsWith("/") === true && machine.isPrivate(runtimeDir);
  if (!usable) return `${privateTemporary(machine)}/${name}`;
  return short(`${clean(runtimeDir, machine)}/zccache/${name}`, namespace, machine);
}

/** A path that a socket address can hold, distinct for distinct long paths. */
function short(path: RawText, namespace: Namespace, machine: Machine): RawText {
  if (path.length <= MAX_ENDPOINT_BYTES) return path;
  const prefix = `${privateTemporary(machine)}/zccache-${hash(path)}-daemon`;
  const full = `${prefix}${namespace.part}-${SUFFIX}.sock`;
  // The path that is hashed has the namespace in it.
  return full.length <= MAX_ENDPOINT_BYTES ? full : `${prefix}-${SUFFIX}.sock`;
}

function lockFileOf(settings: Settings, { namespace, root }: Names, endpoint: RawText): RawText {
  if (settings.endpoint !== undefined) return `${endpoint}.lock`;
  const name = `daemon${namespace.part}-${SUFFIX}.lock`;
  return settings.cacheDir === undefined ? `${directoryOf(endpoint)}/${name}` : `${root}/${name}`;
}

function namespaceOf(setting: RawText | undefined): Namespace {
  const text = (setting ?? "").trim();
  if (text === "" || text === DEFAULT_NAMESPACE) return { label: DEFAULT_NAMESPACE, part: "" };
  // A name of dots alone would be a directory of its own kind.
  const cleaned = text.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+$/, (dots) => "_".repeat(dots.length));
  const label =
    cleaned.length <= MAX_NAMESPACE ? cleaned : `${cleaned.slice(0, MAX_NAMESPACE)}-${hash(text).slice(0, 8)}`;
  return { label, part: `-${label}` };
}

function privateTemporary(machine: Machine): RawText {
  return `/tmp/zccache-${machine.uid}`;
}

/** Absolute, without `.`, doubled or trailing slashes; `..` stays, since it may stand behind a symbolic link. */
function clean(path: RawText, machine: Machine): RawText {
  const absolute = path.startsWith("/") ? path : absolutePath(path, machine.cwd());
  return `/${absolute
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}

function directoryOf(path: RawText): RawText {
  return path.slice(0, path.lastIndexOf("/"));
}

/** FNV-1a, 64 bits, as 16 hex digits: tells names apart, and is simple enough for the native stub to compute too. */
function hash(text: RawText): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of rawToBytes(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(16).padStart(16, "0");
}

function thisMachine(): Machine {
  return {
    uid: ownUserId(),
    cwd: () => rawFromString(process.cwd()),
    home: () => {
      try {
        return rawFromString(userInfo().homedir);
      } catch {
        return undefined; // a user id without an entry, as containers have them
      }
    },
    isPrivate: isPrivateDirectory,
  };
}
