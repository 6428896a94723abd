// Frames that were good once, sent to the built daemon: each gets one answer, quickly, and nothing of them stays.
// ZCCACHE_FUZZ_RUNS sets how many; without it a tenth of those of test/property/ipc-fuzz.test.ts.

import { expect, setDefaultTimeout, test } from "bun:test";
import { quickest } from "../../support/in-time.ts";
import { FUZZ_RUNS, FUZZ_SEED, goodPayloads, mutate, xorshift } from "../../support/mutated-frames.ts";
import { descriptorsOf, residentOf } from "../../support/process-figures.ts";
import { sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { connectRaw, frame, type RawPeer } from "../../unit/ipc/sockets.ts";

setDefaultTimeout(3_600_000);

const RUNS = process.env["ZCCACHE_FUZZ_RUNS"] === undefined ? FUZZ_RUNS / 10 : FUZZ_RUNS;
const MOST_MS = 50;
const MIB = 1024 * 1024;

test(`the daemon answers ${RUNS} mutated frames (seed ${FUZZ_SEED}) within 50 ms each and does not grow [ipc 22, S8]`, async () => {
  await using box = sandbox();
  await box.zccache(["start"]);
  const [daemon = 0] = box.daemons();
  const { endpoint } = JSON.parse((await box.zccache(["status", "--json"])).stdout).daemon;
  const payloads = goodPayloads();
  const next = xorshift(FUZZ_SEED);
  const link = new Link(endpoint);
  const tally: Tally = { answers: 0, closes: 0, slow: 0, slowest: 0 };
  const round = async (runs: number) => {
    for (let run = 0; run < runs; run++) {
      if (next(50) === 0) await link.sendTorn(payloads[next(payloads.length)] ?? new Uint8Array(), next);
      await oneFrame(link, mutate(payloads[next(payloads.length)] ?? new Uint8Array(), next), tally);
    }
  };
  // What code and caches take that are used for the first time is no growth.
  await round(Math.min(2000, RUNS));
  const before = { rss: residentOf(daemon), descriptors: descriptorsOf(daemon) };
  await round(RUNS);
  link.close();
  await until(() => descriptorsOf(daemon) <= before.descriptors + 1);
  const grown = residentOf(daemon) - before.rss;
  expect(tally.slow).toBe(0);
  expect(grown).toBeLessThanOrEqual(64 * MIB);
  expect(box.daemons()).toEqual([daemon]);
  // The frames are of use only if they reach both ends.
  for (const count of [tally.answers, tally.closes]) expect(count).toBeGreaterThan(RUNS / 1000);
});

type Tally = { answers: number; closes: number /** Each time. */; slow: number; slowest: number };

/** Sends a frame and waits for its answer, or for the end of the connection; again if the machine was busy. */
async function oneFrame(link: Link, payload: Uint8Array, tally: Tally): Promise<void> {
  let outcome: "answers" | "closes" | undefined;
  const best = await quickest(MOST_MS, async () => {
    const told = await link.exchange(payload);
    outcome ??= told;
  });
  if (outcome !== undefined) tally[outcome] += 1;
  tally.slowest = Math.max(tally.slowest, best);
  if (best > MOST_MS) tally.slow += 1;
}

/** A connection that is made anew when the daemon has closed it. */
class Link {
  readonly #endpoint: string;
  #peer: RawPeer | undefined;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async exchange(payload: Uint8Array): Promise<"answers" | "closes"> {
    this.#peer ??= await connectRaw(this.#endpoint);
    const peer = this.#peer;
    peer.received.length = 0;
    if (payload.length === 0) return "answers";
    peer.write(frame(payload));
    let isClosed = false;
    void peer.closed.then(() => (isClosed = true));
    while (!isClosed && peer.payloads().length === 0) await Promise.race([peer.closed, turn()]);
    if (!isClosed && !isMismatch(peer)) return "answers";
    await peer.closed;
    this.#peer = undefined;
    return "closes";
  }

  /** A length that is a lie, or a part of a frame; then nothing more. */
  async sendTorn(payload: Uint8Array, next: (below: number) => number): Promise<void> {
    using peer = await connectRaw(this.#endpoint);
    const torn = frame(payload);
    if (next(2) === 0) torn.writeUInt32LE(next(2 ** 32));
    peer.write(torn.subarray(0, next(torn.length + 1)));
    await turn();
  }

  close(): void {
    this.#peer?.[Symbol.dispose]();
    this.#peer = undefined;
  }
}

/** The daemon closes behind this answer. */
function isMismatch(peer: RawPeer): boolean {
  return peer.payloads()[0]?.includes("Cannot serve protocol") === true;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
