// The answer to an identity probe: what was sent, and who we are.

import { ZccacheError } from "../core/errors.ts";
import { encodeBrokerFrame } from "./frame.ts";
import { type Identity, identityMessage } from "./identity.ts";
import { PROBE_PROTOCOL, REQUEST, RESPONSE, unwrap, wrap } from "./messages.ts";

const NONCE_BYTES = 32;

/** The frame that answers a probe. @param body Of the frame that came. @throws {ZccacheError} `BROKER` if it is no probe. */
export function answerToProbe(body: Uint8Array, identity: Identity): Uint8Array {
  const { payload: nonce, requestId } = unwrap(body, { kind: REQUEST, payloadProtocol: PROBE_PROTOCOL });
  if (nonce.length !== NONCE_BYTES) {
    throw new ZccacheError("BROKER", `Cannot answer a probe with a nonce of ${nonce.length} bytes`);
  }
  const payload = Buffer.concat([nonce, identityMessage(identity)]);
  return encodeBrokerFrame(wrap({ payload, requestId }, { kind: RESPONSE, payloadProtocol: PROBE_PROTOCOL }));
}
