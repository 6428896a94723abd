// Lookup, Store and ListRustArtifacts: what clients keep under keys of their own, and what the cache has of Rust's.

import { accessSync, constants, readFileSync } from "node:fs";
import type * as z from "zod/mini";
import { type Digest, type Entry, isSide, type StoredOutput } from "../../core/entry.ts";
import { describeError, ZccacheError } from "../../core/errors.ts";
import { baseName, type RawText, rawFromString, showRaw } from "../../core/raw-text.ts";
import type { artifactData, artifactOutput } from "../../ipc/schemas/artifacts.ts";
import type { CallReply } from "../../ipc/schemas/calls.ts";
import {
  artifactOf,
  artifactResultKey,
  type ClientArtifact,
  commitArtifact,
  type NewClientArtifact,
  readArtifact,
} from "../../store/client-artifact.ts";
import type { StagedObject } from "../../store/staged-object.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { xxh64 } from "../../sys/xxh64.ts";
import type { Services } from "../services.ts";
import type { Handlers } from "./handlers.ts";
import { Leases } from "./leases.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { refused } from "./refused.ts";

/** What they need. */
export type ArtifactServices = Pick<Services, "store" | "spool" | "pool">;

/** The handlers. */
export function artifactHandlers(services: ArtifactServices): Handlers<"Lookup" | "Store" | "ListRustArtifacts"> {
  const leases = new Leases(services);
  const stores = new OneAtATime();
  return {
    Lookup: async ({ cache_key }) => {
      const artifact = await lookUp(services, { cacheKey: cache_key, leases });
      return { type: "LookupResult", result: artifact === undefined ? "Miss" : "Hit", artifact };
    },
    Store: async ({ cache_key, artifact }) => ({
      type: "StoreResult",
      result: await stores.run(cache_key, () => keep(services, cache_key, artifact)),
    }),
    ListRustArtifacts: async () => ({ type: "RustArtifactList", artifacts: await listRust(services) }),
  };
}

type ArtifactData = z.output<typeof artifactData>;
type ArtifactOutput = z.output<typeof artifactOutput>;
type RustArtifacts = CallReply<"ListRustArtifacts">["artifacts"];

/** Larger payloads are told as files. */
const INLINE_BYTES = 1 << 20;
/** All inline payloads together with the streams: a frame holds 16 MiB. */
const REPLY_BYTES = 12 << 20;

async function lookUp(
  { store }: ArtifactServices,
  { cacheKey, leases }: { cacheKey: string; leases: Leases },
): Promise<ArtifactData | undefined> {
  const artifact = readArtifact(store, cacheKey);
  if (artifact === undefined) return undefined;
  const { stdout, stderr, exitCode } = artifact;
  try {
    return { outputs: await payloadsOf(artifact, { store, leases }), stdout, stderr, exit_code: exitCode };
  } catch (error) {
    if (!(error instanceof ZccacheError) || error.code !== "STORE_CORRUPT") throw error;
    await store.drop(artifactResultKey(cacheKey));
    return undefined;
  }
}

async function payloadsOf(
  { outputs, stdout, stderr }: ClientArtifact,
  { store, leases }: Pick<Services, "store"> & { leases: Leases },
): Promise<ArtifactOutput[]> {
  const told: ArtifactOutput[] = [];
  let room = REPLY_BYTES - stdout.length - stderr.length;
  for (const { name, stored } of outputs) {
    const { digest, size, check } = stored;
    const from = store.objectPath(digest);
    if (size <= INLINE_BYTES && size <= room) {
      room -= size;
      told.push({ name: showRaw(name), payload: { bytes: readVerified(from, stored) } });
    } else told.push({ name: showRaw(name), payload: { path: await leases.lend({ from, size, check }) } });
  }
  return told;
}

/** A small object's content. @throws {ZccacheError} `STORE_CORRUPT`. */
function readVerified(path: RawText, { size, check }: StoredOutput): Uint8Array {
  try {
    const content = readFileSync(fsPath(path));
    if (content.length === size && xxh64(content) === check) return content;
  } catch (error) {
    throw new ZccacheError("STORE_CORRUPT", `Cannot read the stored object "${showRaw(path)}"`, { cause: error });
  }
  throw new ZccacheError("STORE_CORRUPT", `Cannot use the stored object "${showRaw(path)}": it is not what was stored`);
}

async function keep(
  { store }: ArtifactServices,
  cacheKey: string,
  { outputs, stdout, stderr, exit_code }: ArtifactData,
): Promise<"Stored" | "AlreadyExists"> {
  for (const output of outputs) mustBePlain(output);
  if (readArtifact(store, cacheKey) !== undefined) return "AlreadyExists";
  const staged: NewClientArtifact["outputs"][number][] = [];
  let committed = false;
  try {
    for (const { name, payload } of outputs) {
      staged.push({
        name: rawFromString(name),
        staged: await stage(store, typeof payload.path === "string" ? payload.path : payload.bytes),
      });
    }
    const bytes = staged.reduce((sum, { staged: { size } }) => sum + size, stdout.length + stderr.length);
    if (!store.fits(bytes)) throw refused(`store ${bytes} bytes`, "they take more than a quarter of the cache");
    committed = true;
    await commitArtifact(store, cacheKey, { outputs: staged, stdout, stderr, exitCode: exit_code });
    return "Stored";
  } finally {
    // A commit that fails has removed them.
    if (!committed) for (const output of staged) output.staged[Symbol.dispose]();
  }
}

function mustBePlain({ name, payload }: ArtifactOutput): void {
  if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name)) {
    throw refused(`store an output named "${name}"`, 'names are without separators and ".."');
  }
  if (typeof payload.path !== "string") return;
  const path = showRaw(payload.path);
  if (!payload.path.startsWith("/")) throw refused(`store "${path}"`, "the path of a payload must be absolute");
  try {
    accessSync(fsPath(payload.path), constants.R_OK);
  } catch (error) {
    throw refused(`store "${path}"`, describeError(error));
  }
}

async function stage(store: Services["store"], source: RawText | Uint8Array): Promise<StagedObject> {
  try {
    return await store.stage(source);
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "OUTPUT_CHANGED")
      throw new ZccacheError("BAD_REQUEST", error.message);
    throw error;
  }
}

const RUST_NAME = /\.(rlib|rmeta|d|so|dylib|dll)$/;

async function listRust({ store }: ArtifactServices): Promise<RustArtifacts> {
  const artifacts: RustArtifacts = [];
  let room = REPLY_BYTES;
  for await (const [resultKey, entry] of store.entries()) {
    const artifact = rustArtifact(resultKey, entry);
    if (artifact === undefined) continue;
    artifacts.push(artifact);
    room -= JSON.stringify(artifact).length;
    if (room < 0) throw refused("list Rust's artifacts", "they are more than fit into one answer");
  }
  return artifacts;
}

/** Results of tools are told by their own keys and by those names that belong to the result. */
function rustArtifact(resultKey: Digest, entry: Entry): RustArtifacts[number] | undefined {
  const client = artifactOf(resultKey, entry);
  const raw =
    client?.outputs.map(({ name }) => name) ??
    entry.outputs.flatMap(({ role, name }) => (isSide(role) && name !== undefined ? [baseName(name)] : []));
  const names = raw.map(showRaw);
  if (!names.some((name) => RUST_NAME.test(name))) return undefined;
  return { cache_key: client?.cacheKey ?? resultKey, output_names: names, payload_count: entry.outputs.length };
}
