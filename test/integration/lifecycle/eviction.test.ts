// The size of the cache with the built executable and gcc: what goes first, what the figures say, and that no build gets
// a wrong object while results go.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(600_000);

const OBJECT_BYTES = 100_000;
const LIMIT = 4_000_000;
// Directories, and what of the log has not been taken into the index yet.
const SLACK = 300_000;

/** A sandbox whose cache may take `limit` bytes, with `count` units, each an object of 100 KB, and what gcc makes of them. */
class Units implements AsyncDisposable {
  readonly box: Sandbox = sandbox();
  readonly bare = new Map<number, string>();
  readonly #env: Sandbox["env"];

  constructor(count: number, limit: number) {
    this.#env = { ...this.box.env, ZCCACHE_CACHE_SIZE_BYTES: String(limit) };
    for (let n = 0; n < count; n++) {
      const text = `int unit${n}[${OBJECT_BYTES / 4}] = { [0 ... ${OBJECT_BYTES / 4 - 1}] = ${n + 1} };\n`;
      this.box.tree.write({ [`unit${n}.c`]: text });
    }
  }

  /** What gcc makes of a unit, by digest; made once. */
  async digestOf(unit: number): Promise<string> {
    const known = this.bare.get(unit);
    if (known !== undefined) return known;
    const object = await this.#gcc([], unit, "bare");
    this.bare.set(unit, object);
    return object;
  }

  /** Compiles a unit through the cache. @returns the digest of its object. */
  async compile(unit: number, slot = ""): Promise<string> {
    return await this.#gcc([this.box.binary], unit, slot);
  }

  /** Compiles units one after another; every object has to be right. @returns how often the compiler was started. */
  async compileAll(units: readonly number[]): Promise<number> {
    this.box.counter.take();
    const got: string[] = [];
    for (const unit of units) got.push(await this.compile(unit));
    const { cc1 } = this.box.counter.take();
    expect(got).toEqual(await Promise.all(units.map((unit) => this.digestOf(unit))));
    return cc1;
  }

  async zccache(...args: string[]): Promise<string> {
    return (await mustRun([this.box.binary, ...args], { env: this.#env })).stdout;
  }

  async status(): Promise<Record<string, number>> {
    return JSON.parse(await this.zccache("status", "--json")).daemon;
  }

  /** Waits until nothing is stored or evicted any more: results are filed behind the caller's back. */
  async settled(): Promise<Record<string, number>> {
    let before = "";
    for (let waited = 0; waited < 60; waited++) {
      const status = await this.status();
      const now = JSON.stringify([status["artifact_count"], status["evicted_artifacts"], status["cache_disk_bytes"]]);
      if (now === before) return status;
      before = now;
      await Bun.sleep(400);
    }
    throw new Error("the cache does not come to rest");
  }

  /** Sizes of the objects on disk by digest. */
  objects(): Map<string, number> {
    const paths = readdirSync(join(this.store, "objects"), { recursive: true, encoding: "utf8" });
    return new Map(
      paths.flatMap((path): [string, number][] => {
        const stats = statSync(join(this.store, "objects", path), { throwIfNoEntry: false });
        return stats?.isFile() ? [[path.slice(3), stats.size]] : [];
      }),
    );
  }

  get store(): string {
    const [found] = new Bun.Glob("*/store-*/index.sqlite").scanSync({ cwd: this.box.cache, absolute: true });
    if (found === undefined) throw new Error("there is no store");
    return found.slice(0, found.lastIndexOf("/"));
  }

  async killDaemon(): Promise<void> {
    for (const pid of this.box.daemons()) process.kill(pid, "SIGKILL");
    while (this.box.daemons().length > 0) await Bun.sleep(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }

  async #gcc(prefix: readonly string[], unit: number, slot: string): Promise<string> {
    const output = this.box.tree.at(`${slot}unit${unit}.o`);
    const command = [...prefix, "gcc", "-O1", "-c", `unit${unit}.c`, "-o", output];
    await mustRun(command, { cwd: this.box.tree.path, env: this.#env });
    return createHash("sha256").update(readFileSync(output)).digest("hex");
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Bytes that files below a directory take on disk, in blocks. */
function diskBytes(directory: string): number {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return paths.reduce((sum, path) => sum + 512 * statSync(join(directory, path)).blocks, 0);
}

describe("ZCCACHE_CACHE_SIZE_BYTES", () => {
  test("evicts what was not used for longest, keeps what was hit, and the figures are what is on disk", async () => {
    await using units = new Units(50, LIMIT);
    expect(await units.compileAll(range(0, 30))).toBe(30);
    await units.settled();
    await Bun.sleep(1100); // Times of use are kept in seconds.
    expect(await units.compileAll(range(0, 5))).toBe(0);
    await Bun.sleep(1100);
    expect(await units.compileAll(range(30, 50))).toBe(20);
    const status = await units.settled();

    const kept = units.objects();
    const byUse = [...range(5, 30), ...range(0, 5), ...range(30, 50)];
    const isKept = await Promise.all(byUse.map(async (unit) => kept.has(await units.digestOf(unit))));
    expect(status["evicted_artifacts"]).toBe(50 - kept.size);
    expect(kept.size).toBeGreaterThan(30);
    expect(isKept, "exactly the oldest ones are gone").toEqual(byUse.map((_, index) => index >= 50 - kept.size));

    expect(status["artifact_count"]).toBe(kept.size);
    expect(status["cache_size_bytes"]).toBe([...kept.values()].reduce((sum, size) => sum + size, 0));
    const size = JSON.parse(await units.zccache("cache", "size", "--json"));
    expect(size).toMatchObject({ limit_bytes: LIMIT, artifact_count: kept.size });
    expect(size.bytes).toBeLessThanOrEqual(LIMIT);
    expect(Math.abs(size.bytes - diskBytes(units.store))).toBeLessThan(SLACK);
    expect(diskBytes(units.store)).toBeLessThanOrEqual(LIMIT + SLACK);

    expect(await units.compileAll([0, 4, 49, 30]), "what is kept is hit").toBe(0);
    expect(await units.compileAll([5]), "what is gone is compiled").toBe(1);
  });

  test("L10: eight clients get right objects while results are evicted, cleared and the daemon stops", async () => {
    await using units = new Units(48, LIMIT / 2);
    const bare = await Promise.all(range(0, 48).map((unit) => units.digestOf(unit)));
    const wrong: number[] = [];
    let compiled = 0;
    const client = async (slot: number): Promise<void> => {
      // Each unit twice in a row, so that there are hits, and all of them need more room than there is.
      for (const unit of range(0, 16).flatMap((n) => [(n * 3 + slot) % 48, (n * 3 + slot) % 48])) {
        if ((await units.compile(unit, `${slot}-`)) !== bare[unit]) wrong.push(unit);
        compiled += 1;
      }
    };
    units.box.counter.take();
    let cleared = 0;
    const disturb = async (): Promise<void> => {
      for (; compiled < 200; cleared++) {
        await Bun.sleep(150);
        await units.zccache("clear");
      }
      await units.zccache("stop");
    };
    await Promise.all([...range(0, 8).map(client), disturb()]);
    expect(wrong).toEqual([]);
    expect(compiled).toBe(8 * 32);
    expect(cleared).toBeGreaterThan(1);
    expect(units.box.counter.take().cc1, "some were hits").toBeLessThan(compiled - 20);
    await units.zccache("start");
    await units.settled();
    expect((await units.compileAll([1])) + (await units.compileAll([1]))).toBeLessThanOrEqual(1);
  });

  test.each(["eviction", "clear"])(
    "C4: kill -9 during %s leaves right figures, no debris and right objects",
    async (what) => {
      await using units = new Units(60, 0);
      await units.compileAll(range(0, 60));
      await units.settled();
      if (what === "eviction") {
        await units.box.stop();
        await killWhile(units, () => mustRun([units.box.binary, "start"], { env: limited(units, LIMIT) }));
      } else await killWhile(units, () => units.zccache("clear"));

      await units.zccache("start");
      await swept(units);
      const status = await units.settled();
      const objects = units.objects();
      expect(objects.size).toBeLessThan(60);
      expect(status["artifact_count"]).toBe(objects.size);
      expect(status["cache_size_bytes"]).toBe([...objects.values()].reduce((sum, size) => sum + size, 0));
      const compiled = await units.compileAll(range(0, 60));
      expect(compiled).toBe(60 - objects.size);
    },
  );

  test("C2: what a killed daemon left is removed at the next start, and nothing else", async () => {
    await using units = new Units(3, LIMIT);
    await units.compileAll([0, 1, 2]);
    await units.settled();
    await units.killDaemon();
    const orphan = "ab".repeat(32);
    mkdirSync(join(units.store, "objects/ab"), { recursive: true });
    writeFileSync(join(units.store, "objects/ab", orphan), "orphan");
    writeFileSync(join(units.store, "tmp/debris"), "debris");
    await units.zccache("start");
    await swept(units);
    expect([...units.objects().keys()].sort()).toEqual([...units.bare.values()].sort());
    expect(await units.compileAll([0, 1, 2])).toBe(0);
  });
});

function limited(units: Units, limit: number): Record<string, string> {
  return { ...units.box.env, ZCCACHE_CACHE_SIZE_BYTES: String(limit) };
}

/** Kills the daemon as soon as the first of 60 objects has gone while `action` goes on. */
async function killWhile(units: Units, action: () => Promise<unknown>): Promise<void> {
  const acting = action().catch(() => undefined);
  const directory = join(units.store, "objects");
  const count = (): number => {
    try {
      return readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((path) => path.includes("/")).length;
    } catch {
      return 0; // It went while it was read.
    }
  };
  while (count() === 60) await Bun.sleep(0);
  await units.killDaemon();
  await acting;
}

/** Waits until nothing is in the store's directory of temporaries, nor any object that no result needs. */
async function swept(units: Units): Promise<void> {
  const isSwept = (): boolean => {
    try {
      const strays = [...units.objects().keys()].filter((digest) => digest.startsWith("abab"));
      return [...readdirSync(join(units.store, "tmp")), ...strays].length === 0;
    } catch {
      return false; // A directory is not there yet, or went while it was read.
    }
  };
  await until(isSwept, "the store to be swept", 50);
}
