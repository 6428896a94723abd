// Who this daemon is, for peers that want to be sure before they send anybody here: a file, and the answer to a probe.

import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Places } from "../ipc/places.ts";
import { IDENTITY } from "./messages.ts";
import { encodeMessage } from "./protobuf.ts";
import { toBroker } from "./spelling.ts";
import { writeWhole } from "./write-whole.ts";

/** A daemon's identity. */
export type Identity = {
  readonly pid: number;
  readonly exePath: string;
  /** 32 bytes. */
  readonly exeSha256: Uint8Array;
  /** Of this boot, as the kernel spells it; empty where that can't be told. */
  readonly bootId: string;
  readonly namespace: string;
  readonly endpoint: RawText;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
};

/** The identity file of the daemon of these places. */
export function identityFile({ root, namespace }: Pick<Places, "root" | "namespace">): RawText {
  const part = namespace === "default" ? "" : `-${namespace}`;
  return `${root}/daemon${part}.running-process.json`;
}

/** Writes the identity file, in place of an earlier daemon's. @throws the system's error. */
export function writeIdentity(path: RawText, identity: Identity): void {
  const record = {
    pid: identity.pid,
    exe_path: identity.exePath,
    exe_sha256: [...identity.exeSha256],
    boot_id: identity.bootId,
    ipc_endpoint: { namespace_id: identity.namespace, path: showRaw(toBroker(identity.endpoint)) },
    started_at_unix_ms: identity.startedAtMs,
    idle_timeout_secs: null,
  };
  writeWhole(path, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The identity as a probe gets it: the same, without the field that is null. */
export function identityMessage(identity: Identity): Uint8Array {
  const { pid, exePath, exeSha256, startedAtMs, bootId } = identity;
  const endpoint = { namespaceId: identity.namespace, path: showRaw(toBroker(identity.endpoint)) };
  return encodeMessage(IDENTITY, { pid, exePath, exeSha256, endpoint, startedAtMs, bootId });
}

/** Makes an identity of this process. @param sha256 Of its executable, in hexadecimal digits. */
export function ownIdentity(where: Pick<Places, "namespace" | "endpoint">, sha256: string, bootId: string): Identity {
  return {
    pid: process.pid,
    exePath: process.execPath,
    exeSha256: Buffer.from(sha256, "hex"),
    bootId,
    namespace: where.namespace,
    endpoint: where.endpoint,
    startedAtMs: Math.round(performance.timeOrigin),
  };
}
