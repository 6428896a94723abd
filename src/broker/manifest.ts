// The cache manifest: which directories belong to this version, for a broker that cleans up or measures.

import { isUtf8 } from "node:buffer";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawToBytes, showRaw } from "../core/raw-text.ts";
import { preparePrivateDirectory } from "../sys/private-directory.ts";
import { MANIFEST, serviceName, versionToken } from "./messages.ts";
import { decodeMessage, encodeMessage, type MessageOf } from "./protobuf.ts";
import { writeWhole } from "./write-whole.ts";

/** A service's directories, by what they hold. */
export type Roots = {
  readonly data: RawText;
  readonly index: RawText;
  readonly logs: RawText;
  /** Locks, the socket, the identity file. */
  readonly locks: RawText;
  readonly tmp: RawText;
};

/** What a manifest says. */
export type Manifest = MessageOf<typeof MANIFEST>;

const ROOT_KINDS = { data: 1, index: 7, logs: 2, locks: 3, tmp: 5 } as const satisfies Record<keyof Roots, number>;

const SCHEMA_VERSION = 1;
const MEDIA_TYPE = "application/vnd.running-process.cache-manifest.v1";
const SHA256_BYTES = 32;

/** A service's name and version. */
export type Service = { readonly name: string; readonly version: string };

/** The bytes of a manifest of now. @throws {ZccacheError} `BROKER` for a bad name or version, or a path that is no UTF-8. */
export function encodeManifest({ name, version }: Service, roots: Roots, nowMs: number): Uint8Array {
  const manifest: Manifest = {
    serviceName: serviceName(name),
    serviceVersion: versionToken(version),
    envelopeVersion: "v1",
    createdAtMs: nowMs,
    lastActiveMs: nowMs,
    roots: (Object.keys(ROOT_KINDS) as (keyof Roots)[]).map((root) => ({
      path: utf8(roots[root]),
      kind: ROOT_KINDS[root],
    })),
    brokerInstance: "shared",
    schemaVersion: SCHEMA_VERSION,
    mediaType: MEDIA_TYPE,
  };
  return encodeMessage(MANIFEST, { ...manifest, selfSha256: digestOf(manifest) });
}

/** Reads a manifest. @throws {ZccacheError} `BROKER` if it is damaged or of a later schema. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const { selfSha256, ...manifest } = decodeMessage(MANIFEST, bytes);
  if ((manifest.schemaVersion ?? 0) > SCHEMA_VERSION) {
    throw new ZccacheError("BROKER", `Cannot read a manifest of schema ${manifest.schemaVersion}`);
  }
  const isWhole = selfSha256?.length === SHA256_BYTES && digestOf(manifest).equals(selfSha256);
  // Fields that are unknown here are not among what was digested.
  if (isWhole && Buffer.from(encodeMessage(MANIFEST, { ...manifest, selfSha256 })).equals(bytes)) return manifest;
  throw new ZccacheError("BROKER", "Cannot read a manifest: it is damaged");
}

/** Writes the manifest of a service into the registry, which must be ours alone. @throws {ZccacheError} If it can't be. */
export function publishManifest(registry: RawText, service: Service, roots: Roots): void {
  const bytes = encodeManifest(service, roots, Date.now());
  preparePrivateDirectory(registry);
  writeWhole(`${registry}/${service.name}-${service.version}.pb`, bytes);
}

function digestOf(manifest: Omit<Manifest, "selfSha256">): Buffer {
  return new Bun.CryptoHasher("sha256").update(encodeMessage(MANIFEST, manifest)).digest();
}

function utf8(path: RawText): string {
  if (isUtf8(rawToBytes(path))) return showRaw(path);
  throw new ZccacheError("BROKER", `Cannot name "${showRaw(path)}" in a manifest: it is no UTF-8`);
}
