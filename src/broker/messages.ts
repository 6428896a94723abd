// The broker's messages: fields and their numbers, and what we check of them.

import { ZccacheError } from "../core/errors.ts";
import { decodeMessage, encodeMessage, type MessageOf, type Schema } from "./protobuf.ts";

const ENVELOPE_VERSION = 1;

/** Kinds of envelopes. */
export const REQUEST = 0;
export const RESPONSE = 1;

/** What a payload is: the negotiation with the broker, or an identity probe. */
export const CONTROL_PROTOCOL = 0;
export const PROBE_PROTOCOL = 0xb232;

const NOT_COMPRESSED = 0;

const ENVELOPE = {
  version: [1, "uint"],
  kind: [2, "uint"],
  payloadProtocol: [3, "uint"],
  payload: [4, "bytes"],
  requestId: [5, "uint"],
  payloadEncoding: [6, "uint"],
} as const satisfies Schema;

/** The first message to a broker. 8 is a text of the sender's, 15 for how many seconds it would keep the connection. */
export const HELLO = {
  minProtocol: [1, "uint"],
  maxProtocol: [2, "uint"],
  serviceName: [3, "text"],
  wantedVersion: [4, "text"],
  clientVersion: [5, "text"],
  capabilities: [6, "uint"],
  requestId: [8, "text"],
  pid: [10, "uint"],
  clientLibraryName: [11, "text"],
  clientLibraryVersion: [12, "text"],
  keepAliveSeconds: [15, "uint"],
} as const satisfies Schema;

/** The broker's answer: one of both. The token for taking over its connection (7) is not read: we never do. */
export const REPLY = {
  negotiated: [1, { protocol: [1, "uint"], daemonVersion: [2, "text"], backendEndpoint: [3, "text"] }],
  refused: [
    2,
    {
      reason: [1, "text"],
      minProtocol: [2, "uint"],
      maxProtocol: [3, "uint"],
      code: [4, "uint"],
      details: [5, "text"],
      retryAfterMs: [6, "uint"],
    },
  ],
} as const satisfies Schema;

/** Who a daemon is. */
export const IDENTITY = {
  pid: [1, "uint"],
  exePath: [2, "text"],
  exeSha256: [3, "bytes"],
  endpoint: [4, { namespaceId: [1, "text"], path: [2, "text"] }],
  startedAtMs: [5, "uint"],
  bootId: [6, "text"],
  idleTimeoutSecs: [7, "uint"],
} as const satisfies Schema;

/** What a service keeps on disk. `host` (103) is not among them: see README.md. */
export const MANIFEST = {
  serviceName: [1, "text"],
  serviceVersion: [2, "text"],
  envelopeVersion: [3, "text"],
  createdAtMs: [4, "uint"],
  lastActiveMs: [5, "uint"],
  roots: [10, { path: [1, "text"], kind: [2, "uint"] }, "many"],
  brokerInstance: [40, "text"],
  schemaVersion: [100, "uint"],
  mediaType: [101, "text"],
  selfSha256: [102, "bytes"],
} as const satisfies Schema;

/** Payload of an envelope, and the number that answer and request share. */
export type Carried = { readonly payload: Uint8Array; readonly requestId: number };

/** What an envelope is for. */
export type Purpose = { readonly kind: number; readonly payloadProtocol: number };

/** The bytes of an envelope. */
export function wrap({ payload, requestId }: Carried, { kind, payloadProtocol }: Purpose): Uint8Array {
  return encodeMessage(ENVELOPE, { version: ENVELOPE_VERSION, kind, payloadProtocol, payload, requestId });
}

/** Reads an envelope. @throws {ZccacheError} `BROKER` unless it is one for that purpose, and not compressed. */
export function unwrap(bytes: Uint8Array, { kind, payloadProtocol }: Purpose): Carried {
  const envelope: MessageOf<typeof ENVELOPE> = decodeMessage(ENVELOPE, bytes);
  const isWanted =
    envelope.version === ENVELOPE_VERSION &&
    (envelope.kind ?? 0) === kind &&
    (envelope.payloadProtocol ?? 0) === payloadProtocol &&
    (envelope.payloadEncoding ?? 0) === NOT_COMPRESSED;
  if (!isWanted) throw new ZccacheError("BROKER", "Cannot use an envelope: it is none that was expected");
  return { payload: envelope.payload ?? new Uint8Array(), requestId: envelope.requestId ?? 0 };
}

const NAME = /^[a-z0-9-]{1,64}$/;
const VERSION_TOKEN = /^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/;

/** The name of a service, for messages and names of files. @throws {ZccacheError} `BROKER` for any other text. */
export function serviceName(text: string): string {
  if (NAME.test(text)) return text;
  throw new ZccacheError("BROKER", `Cannot use "${text}" as the name of a service`);
}

/** The version of a service, for messages and names of files. @throws {ZccacheError} `BROKER` for any other text. */
export function versionToken(text: string): string {
  if (VERSION_TOKEN.test(text)) return text;
  throw new ZccacheError("BROKER", `Cannot use "${text}" as a version`);
}
