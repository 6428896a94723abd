// One question to the broker: where is the daemon of this version?

import type { Socket } from "bun";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromString, showRaw } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { peerOf } from "../ipc/wire-connection.ts";
import { ownUserId } from "../sys/private-directory.ts";
import { encodeBrokerFrame, FirstFrame, MAX_BODY } from "./frame.ts";
import {
  CONTROL_PROTOCOL,
  HELLO,
  REPLY,
  REQUEST,
  RESPONSE,
  serviceName,
  unwrap,
  versionToken,
  wrap,
} from "./messages.ts";
import { decodeMessage, encodeMessage, type MessageOf } from "./protobuf.ts";

/** Name of our service at the broker. */
export const SERVICE = "zccache";

const PROTOCOL = 1;

/** Why a broker does not give an endpoint. */
export type Refusal =
  | "version-unsupported"
  | "service-unknown"
  | "rate-limited"
  | "shutting-down"
  | "version-blocked"
  | "other";

const REFUSALS: ReadonlyMap<number, Refusal> = new Map([
  [1, "version-unsupported"],
  [2, "service-unknown"],
  [4, "rate-limited"],
  [5, "shutting-down"],
  [8, "version-blocked"],
]);

/**
 * Asks the broker at `endpoint`, within `budgetMs` in all.
 * @returns the daemon's endpoint as the broker spells it.
 * @throws {ZccacheError} `BROKER` for an answer that is of no use, a refusal included; `TIMEOUT`; `IO`; `ENDPOINT` for a
 * broker of another user.
 */
export async function askBroker(endpoint: RawText, budgetMs: number): Promise<RawText> {
  const body = await exchange({ endpoint, frame: encodeBrokerFrame(hello()), budgetMs });
  const { payload } = unwrap(body, { kind: RESPONSE, payloadProtocol: CONTROL_PROTOCOL });
  return endpointIn(decodeMessage(REPLY, payload));
}

/** What a code of the broker's means. */
export function refusalOf(code: number | undefined): Refusal {
  return REFUSALS.get(code ?? 0) ?? "other";
}

function hello(): Uint8Array {
  const payload = encodeMessage(HELLO, {
    minProtocol: PROTOCOL,
    maxProtocol: PROTOCOL,
    serviceName: serviceName(SERVICE),
    wantedVersion: versionToken(VERSION),
    clientVersion: VERSION,
    requestId: "hello",
    pid: process.pid,
    clientLibraryName: SERVICE,
    clientLibraryVersion: VERSION,
  });
  return wrap({ payload, requestId: 1 }, { kind: REQUEST, payloadProtocol: CONTROL_PROTOCOL });
}

function endpointIn({ negotiated, refused }: MessageOf<typeof REPLY>): RawText {
  if (refused !== undefined) {
    const { code, reason = "", details = "", retryAfterMs } = refused;
    const again = retryAfterMs === undefined ? "" : `, to be asked again in ${retryAfterMs} ms`;
    const said = [reason, details].filter((text) => text !== "").join(": ");
    throw new ZccacheError(
      "BROKER",
      `Cannot use the broker: it refused (${refusalOf(code)}${again}) ${said}`.trimEnd(),
    );
  }
  const endpoint = negotiated?.backendEndpoint ?? "";
  if (endpoint !== "") return rawFromString(endpoint);
  throw new ZccacheError("BROKER", "Cannot use the broker's answer: there is no endpoint in it");
}

type Exchange = { readonly endpoint: RawText; readonly frame: Buffer; readonly budgetMs: number };

/** Sends a frame and gives the body of the one that comes back; the connection is closed in any case. */
async function exchange({ endpoint, frame, budgetMs }: Exchange): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const fail = (code: "IO" | "TIMEOUT" | "ENDPOINT", state: string, cause?: unknown) =>
    reject(new ZccacheError(code, `Cannot ask the broker at "${showRaw(endpoint)}": ${state}`, { cause }));
  const timer = setTimeout(() => fail("TIMEOUT", `it did not answer within ${budgetMs} ms`), budgetMs);
  const answer = new FirstFrame(MAX_BODY);
  let unsent = frame;
  const send = (socket: Socket) => {
    unsent = unsent.subarray(Math.max(0, socket.write(unsent)));
  };
  const socket = Bun.connect({
    unix: endpoint,
    socket: {
      open(socket) {
        const { uid } = peerOf(socket);
        if (uid === ownUserId()) send(socket);
        else fail("ENDPOINT", `it is of user ${uid}`);
      },
      drain: send,
      data(_socket, piece) {
        try {
          const body = answer.push(piece);
          if (body !== undefined) resolve(body);
        } catch (error) {
          reject(error);
        }
      },
      close: () => fail("IO", "it closed the connection"),
      error: (_socket, error) => fail("IO", "the connection broke", error),
      connectError: (_socket, error) => fail("IO", "it does not listen", error),
    },
  });
  socket.catch((error: unknown) => fail("IO", "it does not listen", error));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.then((open) => open.terminate()).catch(() => {}); // there never was one
  }
}
