// What clients store under keys of their own, as results of a name space that no context of ours can meet: their
// addresses are SHA-256 over a prefix that nothing else begins with. What the client said about its outputs is kept in
// front of the standard output of the entry, since an entry has no room for a key and free names:
//
// stdout       ::= <description length: u32 little-endian> description <standard output>
// description  ::= <cache key> <name of an output>*                                       NUL-terminated strings

import type { Digest, Entry, ManifestRow, StoredOutput } from "../core/entry.ts";
import { joinBlock, type RawText, splitBlock } from "../core/raw-text.ts";
import type { StagedObject } from "./staged-object.ts";
import type { Store } from "./store.ts";

/** What a client keeps under a key. */
export type ClientArtifact = {
  readonly outputs: readonly { readonly name: RawText; readonly stored: StoredOutput }[];
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
};

/** As `ClientArtifact`, its outputs staged. */
export type NewClientArtifact = Omit<ClientArtifact, "outputs"> & {
  readonly outputs: readonly { readonly name: RawText; readonly staged: StagedObject }[];
};

/** Key of the result that holds the artifact of a client's key, which is lower-case hexadecimal digits of any length. */
export function artifactResultKey(cacheKey: string): Digest {
  return address("artifact", cacheKey);
}

/** The artifact under a client's key, used now; undefined if there is none. */
export function readArtifact(store: Store, cacheKey: string): ClientArtifact | undefined {
  const entry = store.readEntry(artifactResultKey(cacheKey));
  const described = entry && describedArtifact(entry);
  return described?.cacheKey === cacheKey ? described : undefined;
}

/** Keeps an artifact; one that is there under its key is replaced. @throws as `Store.commit`. */
export async function commitArtifact(store: Store, cacheKey: string, artifact: NewClientArtifact): Promise<void> {
  const { outputs, stdout, stderr, exitCode } = artifact;
  const layout = "split";
  const row: ManifestRow = {
    dependencies: [],
    environment: [],
    wholeEnvironment: undefined,
    resultKey: artifactResultKey(cacheKey),
    layout,
  };
  const description = joinBlock([cacheKey, ...outputs.map(({ name }) => name)]);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(description.length);
  await store.commit({
    context: address("artifact context", cacheKey),
    row,
    entry: { layout, stdout: Buffer.concat([length, description, stdout]), stderr, exitCode, millis: 0 },
    outputs: outputs.map(({ staged }, at) => ({ role: "side", name: String(at), staged })),
  });
}

/** The client's key and artifact in the entry of a result; undefined if a tool's run made it. */
export function artifactOf(resultKey: Digest, entry: Entry): (ClientArtifact & { cacheKey: string }) | undefined {
  const described = describedArtifact(entry);
  return described !== undefined && artifactResultKey(described.cacheKey) === resultKey ? described : undefined;
}

const LENGTH_BYTES = 4;

function address(kind: string, cacheKey: string): Digest {
  return new Bun.CryptoHasher("sha256").update(`zccache client ${kind}\0${cacheKey}`).digest("hex");
}

function describedArtifact(entry: Entry): (ClientArtifact & { cacheKey: string }) | undefined {
  const text = Buffer.from(entry.stdout.buffer, entry.stdout.byteOffset, entry.stdout.length);
  if (text.length < LENGTH_BYTES) return undefined;
  const stdout = LENGTH_BYTES + text.readUInt32LE();
  if (stdout > text.length) return undefined;
  const [cacheKey, ...names] = splitBlock(text.subarray(LENGTH_BYTES, stdout));
  if (cacheKey === undefined || names.length !== entry.outputs.length) return undefined;
  const outputs = entry.outputs.map((stored, at) => ({ name: names[at] ?? "", stored }));
  return { cacheKey, outputs, stdout: text.subarray(stdout), stderr: entry.stderr, exitCode: entry.exitCode };
}
