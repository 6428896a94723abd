// Requests as the daemon checks them, once, at the edge. Loads the schema library, so only the daemon imports it.

import * as z from "zod/mini";
import { PROTOCOL, VERSION } from "../core/version.ts";
import { asUint, isMap, type WireMap } from "./fields.ts";
import { readHotRequest } from "./hot-requests.ts";
import type { Request } from "./messages.ts";
import { CALLS, type CallRequest, isCallName } from "./schemas/calls.ts";
import { absent, bool, bytes, int, optional, uint } from "./schemas/values.ts";

/** A request that can be served, or the error text to answer with and whether the connection ends after it. */
export type ReadRequest =
  | { readonly kind: "request"; readonly request: Request | CallRequest }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "mismatch"; readonly message: string; readonly protocol: number | string };

/** Checks a decoded request and applies defaults; unknown keys are dropped. Never throws. */
export function readRequest(message: WireMap): ReadRequest {
  const { v, type } = message;
  if (v !== PROTOCOL) {
    return {
      kind: "mismatch",
      protocol: asUint(v) ?? describe(v),
      message: `Cannot serve protocol ${describe(v)}: this is zccache ${VERSION} with protocol ${PROTOCOL}; run \`zccache stop\` and try again`,
    };
  }
  const hot = readHotRequest(message);
  if (hot !== undefined) return { kind: "request", request: hot };
  const schema = schemaOf(type);
  if (schema === undefined) {
    return {
      kind: "refused",
      message: `Cannot serve request ${describe(type)}: unknown to zccache ${VERSION} with protocol ${PROTOCOL}`,
    };
  }
  const result = schema.safeParse(message);
  if (result.success) return { kind: "request", request: result.data };
  return { kind: "refused", message: `Cannot serve ${String(type)}: ${describeIssue(result.error, message)}` };
}

const MAX_PATH = 80;

const falseUnlessGiven = absent(bool, false);

const zeroUnlessGiven = absent(uint, 0);

/** Schemas of what stand-ins and verbs ask, beside the calls of library clients. */
export const STAND_IN_REQUESTS: {
  readonly [Type in Request["type"]]: z.ZodMiniType<Extract<Request, { type: Type }>>;
} = {
  Ping: z.object({ type: z.literal("Ping") }),
  Shutdown: z.object({ type: z.literal("Shutdown") }),
  Status: z.object({ type: z.literal("Status") }),
  Clear: z.object({ type: z.literal("Clear") }),
  Invoke: z.object({
    type: z.literal("Invoke"),
    argv: bytes,
    cwd: bytes,
    env: bytes,
    umask: uint,
    stderr_tty: bool,
    columns: zeroUnlessGiven,
    stderr_columns: zeroUnlessGiven,
    same_streams: bool,
    can_exec: bool,
    stdin_file: optional(bytes),
  }),
  ExecDone: z.object({
    type: z.literal("ExecDone"),
    job: uint,
    exit_code: int,
    signal: optional(uint),
    stdout: bytes,
    stderr: bytes,
    merged: bool,
    too_large: falseUnlessGiven,
  }),
};

function schemaOf(type: unknown): z.ZodMiniType<Request | CallRequest> | undefined {
  if (isCallName(type)) return CALLS[type].request;
  return isRequestType(type) ? STAND_IN_REQUESTS[type] : undefined;
}

function isRequestType(type: unknown): type is Request["type"] {
  return typeof type === "string" && Object.hasOwn(STAND_IN_REQUESTS, type);
}

/** Names the first field that is not as it should be, in a part of the message if need be: `artifact.outputs.0.name`. */
function describeIssue({ issues: [issue] }: z.core.$ZodError, message: WireMap): string {
  if (issue === undefined) return "a field is not as it should be";
  const value = issue.path.reduce<unknown>(memberOf, message);
  return `field "${issue.path.join(".").slice(0, MAX_PATH)}" ${value === undefined ? "is missing" : stateOf(issue.code)}`;
}

function memberOf(value: unknown, name: PropertyKey): unknown {
  if (Array.isArray(value)) return value[Number(name)];
  return isMap(value) && Object.hasOwn(value, name) ? value[String(name)] : undefined;
}

function stateOf(code: string): string {
  if (code === "invalid_format") return "is not spelled as it must be";
  return code === "invalid_value" ? "has a value without meaning" : "has the wrong type";
}

/** A value of the peer's as it may stand in a message: never long, never an object's inside. */
function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return typeof value === "number" || typeof value === "bigint" ? String(value) : typeof value;
}
