// Frames that were good once. Whatever comes of them, a payload is read or refused with a MESSAGE error, quickly and
// without keeping memory. ZCCACHE_FUZZ_RUNS sets how many (nightly 1,000,000).

import { expect, test } from "bun:test";
import { ZccacheError } from "../../src/core/errors.ts";
import { decodePayload } from "../../src/ipc/codec.ts";
import { readRequest } from "../../src/ipc/requests.ts";
import { quickest } from "../support/in-time.ts";
import { FUZZ_RUNS, FUZZ_SEED, goodPayloads, mutate, xorshift } from "../support/mutated-frames.ts";

const MIB = 1024 * 1024;
const MOST_MS = 50;
const COLLECTED_EVERY = 2000;

const seeds = goodPayloads();

test(`decodePayload() and readRequest() survive ${FUZZ_RUNS} mutated frames (seed ${FUZZ_SEED}) [ipc 22, S8]`, async () => {
  const next = xorshift(FUZZ_SEED);
  Bun.gc(true);
  const before = process.memoryUsage().rss;
  let slowest = 0;
  const outcomes = { served: 0, refused: 0, unreadable: 0 };
  for (let run = 0; run < FUZZ_RUNS; run++) {
    const payload = mutate(seeds[next(seeds.length)] ?? new Uint8Array(), next);
    outcomes[read(payload)] += 1;
    slowest = Math.max(slowest, await quickest(MOST_MS, () => read(payload)));
    // What is garbage is not kept, and when it is collected depends on the files that ran before in this process.
    if (run % COLLECTED_EVERY === 0) Bun.gc(true);
  }
  Bun.gc(true);
  expect(slowest).toBeLessThanOrEqual(MOST_MS);
  expect(process.memoryUsage().rss - before).toBeLessThanOrEqual(64 * MIB);
  // The mutations are of use only if they reach every outcome.
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(FUZZ_RUNS / 1000);
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
