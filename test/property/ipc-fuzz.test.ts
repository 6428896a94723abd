// Frames that were good once: bytes changed, cut out, doubled, put elsewhere. Whatever comes of them, a payload is read
// or refused with a MESSAGE error, quickly and without keeping memory. ZCCACHE_FUZZ_RUNS sets how many (nightly 1,000,000).

import { expect, test } from "bun:test";
import { ZccacheError } from "../../src/core/errors.ts";
import { decodePayload, encodeFrame } from "../../src/ipc/codec.ts";
import { readRequest } from "../../src/ipc/requests.ts";
import { HOSTILE } from "../unit/ipc/cbor-bytes.ts";

const RUNS = Number(process.env["ZCCACHE_FUZZ_RUNS"] ?? 20_000);
const SEED = Number(process.env["ZCCACHE_FUZZ_SEED"] ?? 1);
const MIB = 1024 * 1024;

const block = new Uint8Array(600).fill(0x61);
const seeds: readonly Uint8Array[] = [
  encodeFrame({ type: "Ping" }, 1).subarray(4),
  encodeFrame({
    type: "Invoke",
    argv: block,
    cwd: block.subarray(0, 40),
    env: block,
    umask: 18,
    stderr_tty: true,
    columns: 80,
    stderr_columns: 80,
    same_streams: false,
    can_exec: true,
  }).subarray(4),
  encodeFrame({
    type: "ExecDone",
    job: 2 ** 40,
    exit_code: -1,
    stdout: block,
    stderr: new Uint8Array(0),
    merged: false,
  }).subarray(4),
  encodeFrame({ type: "Status", list: [[1, 2, { a: null }], "é€😀", 1.5], map: { x: { y: { z: [] } } } }).subarray(4),
  ...HOSTILE.map(({ payload }) => payload).filter((payload) => payload.length < 10_000),
];

test(`decodePayload() and readRequest() survive ${RUNS} mutated frames (seed ${SEED}) [ipc 22, S8]`, () => {
  const next = random(SEED);
  Bun.gc(true);
  const before = process.memoryUsage().rss;
  let slowest = 0;
  const outcomes = { served: 0, refused: 0, unreadable: 0 };
  for (let run = 0; run < RUNS; run++) {
    const payload = mutate(seeds[next(seeds.length)] ?? block, next);
    const started = performance.now();
    outcomes[read(payload)] += 1;
    slowest = Math.max(slowest, performance.now() - started);
  }
  expect(slowest).toBeLessThanOrEqual(50);
  expect(process.memoryUsage().rss - before).toBeLessThanOrEqual(64 * MIB);
  // The mutations are of use only if they reach every outcome.
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(RUNS / 1000);
}, 600_000);

test("decodePayload() refuses every truncation of every seed", () => {
  for (const seed of seeds.slice(0, 4)) {
    for (let length = 0; length < seed.length; length++) expect(read(seed.subarray(0, length))).toBe("unreadable");
    expect(read(seed)).not.toBe("unreadable");
  }
});

function read(payload: Uint8Array): "served" | "refused" | "unreadable" {
  try {
    return readRequest(decodePayload(payload)).kind === "request" ? "served" : "refused";
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "MESSAGE") return "unreadable";
    throw error;
  }
}

function mutate(seed: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(seed);
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
function random(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
