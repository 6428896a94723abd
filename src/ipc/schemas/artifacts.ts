// Calls about what is stored: by key, for clients that make their own keys, and the list of Rust's artifacts.

import * as z from "zod/mini";
import { bytes, hex, int, list, optional, path, text, uint } from "./values.ts";

/** What makes the other form of a payload none. */
const none = z.optional(z.null());

/** One output: its name and what is in it, given as bytes or as a file; in replies a file where it is over 1 MiB. */
export const artifactOutput = z.object({
  name: text,
  payload: z.union([z.object({ bytes, path: none }), z.object({ path, bytes: none })]),
});

/** What a tool did: its files, what it said, and how it ended. */
export const artifactData = z.object({
  outputs: z.array(artifactOutput),
  stdout: bytes,
  stderr: bytes,
  exit_code: int,
});

export const ARTIFACT_CALLS = {
  Lookup: {
    request: z.object({ type: z.literal("Lookup"), cache_key: hex }),
    reply: z.object({
      type: z.literal("LookupResult"),
      result: z.enum(["Hit", "Miss"]),
      artifact: optional(artifactData),
    }),
  },
  Store: {
    request: z.object({ type: z.literal("Store"), cache_key: hex, artifact: artifactData }),
    reply: z.object({ type: z.literal("StoreResult"), result: z.enum(["Stored", "AlreadyExists"]) }),
  },
  ListRustArtifacts: {
    request: z.object({ type: z.literal("ListRustArtifacts") }),
    reply: z.object({
      type: z.literal("RustArtifactList"),
      artifacts: list(z.object({ cache_key: hex, output_names: z.array(text), payload_count: uint })),
    }),
  },
} as const;
