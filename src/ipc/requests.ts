// Requests as the daemon checks them, once, at the edge. Loads the schema library, so only the daemon imports it.

import * as z from "zod/mini";
import { PROTOCOL, VERSION } from "../core/version.ts";
import { asInt, asUint, type WireMap } from "./fields.ts";
import type { Request } from "./messages.ts";

/** A request that can be served, or the error text to answer with and whether the connection ends after it. */
export type ReadRequest =
  | { readonly kind: "request"; readonly request: Request }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "mismatch"; readonly message: string };

/** Checks a decoded request and applies defaults; unknown keys are dropped. Never throws. */
export function readRequest(message: WireMap): ReadRequest {
  const { v, type } = message;
  if (v !== PROTOCOL) {
    return {
      kind: "mismatch",
      message: `Cannot serve protocol ${describe(v)}: this is zccache ${VERSION} with protocol ${PROTOCOL}; run \`zccache stop\` and try again`,
    };
  }
  if (!isRequestType(type)) {
    return {
      kind: "refused",
      message: `Cannot serve request ${describe(type)}: unknown to zccache ${VERSION} with protocol ${PROTOCOL}`,
    };
  }
  const result = SCHEMAS[type].safeParse(message);
  if (result.success) return { kind: "request", request: result.data };
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") ?? "";
  const state = message[field] === undefined ? "is missing" : "has the wrong type";
  return { kind: "refused", message: `Cannot serve ${type}: field "${field}" ${state}` };
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const uint = z.pipe(
  z.custom<number | bigint>((value) => asUint(value) !== undefined),
  z.transform(Number),
);
const int = z.custom<number>((value) => asInt(value) !== undefined);
const bool = z.boolean();

/** A field that may be missing or null, which mean the same. */
function optional<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.pipe(
    z.nullish(schema),
    z.transform((value) => value ?? undefined),
  );
}

const falseUnlessGiven = z.pipe(
  z.nullish(bool),
  z.transform((value) => value ?? false),
);

const zeroUnlessGiven = z.pipe(
  z.nullish(uint),
  z.transform((value) => value ?? 0),
);

const SCHEMAS: { readonly [Type in Request["type"]]: z.ZodMiniType<Extract<Request, { type: Type }>> } = {
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

function isRequestType(type: unknown): type is Request["type"] {
  return typeof type === "string" && Object.hasOwn(SCHEMAS, type);
}

/** A value of the peer's as it may stand in a message: never long, never an object's inside. */
function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return typeof value === "number" || typeof value === "bigint" ? String(value) : typeof value;
}
