// Responses on the wire: how the daemon spells them, and how the client checks them.

import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromBytes, rawFromString, rawToBytes, showRaw } from "../core/raw-text.ts";
import { PROTOCOL } from "../core/version.ts";
import {
  asBytes,
  asUint,
  badField,
  bool,
  bytes,
  int,
  isMap,
  list,
  optionalBytes,
  text,
  uint,
  type WireMap,
} from "./fields.ts";
import {
  type BackpressureResponse,
  CLEARED_COUNTERS,
  type ClearedCounter,
  type Response,
  STATUS_COUNTERS,
  type StatusCounter,
  type StatusFields,
} from "./messages.ts";

const MAX_REASONS = 256;

/** The wire's form of a response: paths become text where they are UTF-8, else byte strings. */
export function replyToWire(response: Response): WireMap {
  if (response.type !== "Status") return response;
  return { ...response, endpoint: showRaw(response.endpoint), cache_dir: pathToWire(response.cache_dir) };
}

/**
 * Checks a decoded response and applies defaults; unknown keys are dropped.
 * @throws {ZccacheError} `VERSION_MISMATCH` for another protocol number, `DAEMON_ANSWER` naming what is wrong otherwise.
 */
export function replyFromWire(message: WireMap): Response {
  const type = message["type"];
  expectProtocol(message);
  switch (type) {
    case "Pong":
    case "ShuttingDown":
    case "Released":
      return { type };
    case "Working":
      return working(message);
    case "Error":
      return { type, message: text(message, "message") };
    case "Backpressure":
      return backpressure(message);
    case "Status":
      return { type, ...statusFields(message) };
    case "Cleared":
      return { type, ...counters<ClearedCounter>(message, CLEARED_COUNTERS) };
    case "NeedStdin":
      return { type, path: bytes(message, "path") };
    default:
      return callReply(type, message);
  }
}

/** @throws {ZccacheError} `VERSION_MISMATCH` for a message of another protocol. */
export function expectProtocol(message: WireMap): void {
  if (message["v"] !== PROTOCOL) throw mismatch(message);
}

/** Every protocol number keeps the shape of an Error, so that its text can be shown. */
function mismatch(message: WireMap): ZccacheError {
  const said = message["type"] === "Error" ? message["message"] : undefined;
  const text =
    typeof said === "string"
      ? `Cannot use the daemon, which answers: ${said}`
      : `Cannot use the daemon: it speaks protocol ${String(message["v"])}, this client ${PROTOCOL}; run \`zccache stop\``;
  return new ZccacheError("VERSION_MISMATCH", text);
}

/** Checks a `Backpressure`. @throws {ZccacheError} `DAEMON_ANSWER`. */
export function backpressure(message: WireMap): BackpressureResponse {
  return {
    type: "Backpressure",
    queue_depth: uint(message, "queue_depth"),
    retry_after_ms: uint(message, "retry_after_ms"),
    reason: text(message, "reason"),
  };
}

function working(message: WireMap): Response {
  if (optionalBytes(message, "making") === undefined) return { type: "Working" };
  return { type: "Working", staged: absolute(message, "staged"), making: absolute(message, "making") };
}

function callReply(type: unknown, message: WireMap): Response {
  switch (type) {
    case "Delivered":
      return {
        type,
        exit_code: int(message, "exit_code"),
        stdout: bytes(message, "stdout"),
        stderr: bytes(message, "stderr"),
        merged: bool(message, "merged"),
      };
    case "Exec":
      return {
        type,
        job: uint(message, "job"),
        path: absolute(message, "path"),
        skip: uint(message, "skip"),
        set_env: list(message, "set_env", asVariable),
        stdin_file: optionalBytes(message, "stdin_file"),
      };
    case "Bypass":
      return {
        type,
        path: optionalBytes(message, "path") === undefined ? undefined : absolute(message, "path"),
        skip: uint(message, "skip"),
        reason: text(message, "reason"),
        stdin_file: optionalBytes(message, "stdin_file"),
      };
    default:
      throw new ZccacheError("DAEMON_ANSWER", `Cannot use the daemon's reply: unknown type "${String(type)}"`);
  }
}

function statusFields(message: WireMap): StatusFields {
  return {
    ...counters<StatusCounter>(message, STATUS_COUNTERS),
    version: text(message, "version"),
    daemon_namespace: text(message, "daemon_namespace"),
    endpoint: rawFromString(text(message, "endpoint")),
    cache_dir: pathFromWire(message, "cache_dir"),
    private_daemon: privateDaemon(message["private_daemon"] ?? {}, message),
    dep_graph_persisted: bool(message, "dep_graph_persisted", false),
    non_cacheable_reasons: tally(message, "non_cacheable_reasons"),
    warnings: tally(message, "warnings"),
    phase_profile: tally(message, "phase_profile"),
    untraceable_tools: list(message, "untraceable_tools", asText),
    untried_tools: list(message, "untried_tools", asText),
  };
}

function counters<Name extends string>(message: WireMap, names: readonly Name[]): Record<Name, number> {
  const found: Partial<Record<Name, number>> = {};
  for (const name of names) found[name] = uint(message, name, 0);
  return found as Record<Name, number>; // each name has just been given its number
}

function privateDaemon(value: unknown, message: WireMap): StatusFields["private_daemon"] {
  if (!isMap(value)) throw badField(message, "private_daemon");
  return {
    enabled: bool(value, "enabled", false),
    owners: list(value, "owners", (owner) =>
      isMap(owner) ? { pid: uint(owner, "pid"), ref_count: uint(owner, "ref_count") } : undefined,
    ),
    private_env_keys: list(value, "private_env_keys", asText),
  };
}

function tally(message: WireMap, name: string): Record<string, number> {
  const value = message[name] ?? {};
  const pairs = isMap(value) ? Object.entries(value) : undefined;
  const known = pairs?.flatMap(([reason, count]) => {
    const number = asUint(count);
    return number === undefined ? [] : [[reason, number] as const];
  });
  if (known === undefined || known.length !== pairs?.length || known.length > MAX_REASONS) {
    throw badField(message, name);
  }
  return Object.fromEntries(known);
}

const [NUL, SLASH, EQUALS] = [0x00, 0x2f, 0x3d];

/** A path that the kernel takes as it is, whatever the working directory. */
function absolute(message: WireMap, name: string): Uint8Array {
  const path = bytes(message, name);
  if (path[0] !== SLASH || path.includes(NUL)) throw badField(message, name);
  return path;
}

/** A name that a variable can have, and a value (environ(7)). */
function asVariable(value: unknown): readonly [Uint8Array, Uint8Array] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [name, content] = value.map(asBytes);
  if (name === undefined || content === undefined || name.length === 0) return undefined;
  return name.includes(EQUALS) || name.includes(NUL) || content.includes(NUL) ? undefined : [name, content];
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function pathToWire(path: RawText): string | Uint8Array {
  const shown = showRaw(path);
  return rawFromString(shown) === path ? shown : rawToBytes(path);
}

function pathFromWire(message: WireMap, name: string): RawText {
  const value = message[name];
  return typeof value === "string" ? rawFromString(value) : rawFromBytes(bytes(message, name));
}
