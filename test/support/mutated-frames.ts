// Frames that were good once: bytes changed, cut out, doubled, put elsewhere. The same seed gives the same frames.

import fc from "fast-check";
import * as z from "zod/mini";
import { encodeFrame } from "../../src/ipc/codec.ts";
import type { WireMap } from "../../src/ipc/fields.ts";
import { STAND_IN_REQUESTS } from "../../src/ipc/requests.ts";
import { CALLS } from "../../src/ipc/schemas/calls.ts";
import { HOSTILE } from "../unit/ipc/cbor-bytes.ts";
import { valuesOf } from "./schema-values.ts";

/** How many frames a test sends; the long form has a million. */
export const FUZZ_RUNS = Number(process.env["ZCCACHE_FUZZ_RUNS"] ?? 20_000);

/** Which ones. */
export const FUZZ_SEED = Number(process.env["ZCCACHE_FUZZ_SEED"] ?? 1);

const LEFT_OUT: ReadonlySet<string> = new Set(["Shutdown"]);

/** Good payloads of every request but Shutdown, and what no honest peer sends. */
export function goodPayloads(): Uint8Array[] {
  const schemas = [
    ...Object.entries(STAND_IN_REQUESTS),
    ...Object.entries(CALLS).map(([name, call]) => [name, call.request] as const),
  ];
  const requests = schemas
    .filter(([name]) => !LEFT_OUT.has(name))
    .flatMap(([, schema]) =>
      [true, false].flatMap((isFull) =>
        fc
          .sample(valuesOf(schema, isFull), { seed: FUZZ_SEED, numRuns: 2 })
          .map((value) => encodeFrame(z.encode(schema as z.ZodMiniType, value) as WireMap, 1).subarray(4)),
      ),
    );
  const odd = { type: "Status", list: [[1, 2, { a: null }], "é€😀", 1.5], map: { x: { y: { z: [] } } } };
  const hostile = HOSTILE.map(({ payload }) => payload).filter((payload) => payload.length < 10_000);
  return [...requests, encodeFrame(odd).subarray(4), ...hostile];
}

/** Damages a payload in one to four places. */
export function mutate(good: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(good);
  for (let rounds = 1 + next(4); rounds > 0; rounds--) {
    const at = next(bytes.length + 1);
    const length = next(12);
    const part = bytes.subarray(at, at + length);
    const rest = bytes.subarray(at + length);
    const kind = next(5);
    if (kind === 0) bytes = Buffer.concat([bytes.subarray(0, at), rest]);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), part, part, rest]);
    else if (kind === 2) bytes = Buffer.concat([part, bytes.subarray(0, at), rest]);
    else if (kind === 3) bytes.fill(next(256), at, Math.min(bytes.length, at + 3));
    else if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
  }
  return bytes;
}

/** A generator that gives the same numbers for the same seed: xorshift32. */
export function xorshift(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
