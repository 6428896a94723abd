import { describe, expect, test } from "bun:test";
import { Evictor } from "../../../src/store/evictor.ts";

/** A store of results of 10 bytes each, oldest first, that takes `waste` bytes more until it is tidied. */
function storeOf(count: number, { waste = 0, atOnce = 7 } = {}) {
  const keys = Array.from({ length: count }, (_, index) => `key${index}`);
  let untidy = waste;
  const needed = (): number => keys.length * 10;
  return {
    keys,
    needed,
    onDisk: () => needed() + untidy,
    async tidy(): Promise<void> {
      untidy = 0;
    },
    async forgetOldest(isEnough: () => boolean): Promise<number> {
      let forgotten = 0;
      for (; forgotten < atOnce && keys.length > 0 && !isEnough(); forgotten++) {
        keys.shift();
        untidy += 10;
      }
      return forgotten;
    },
  };
}

describe("Evictor.check()", () => {
  test("evicts the oldest, down to nine tenths of the limit", async () => {
    const store = storeOf(150);
    using evictor = new Evictor(store, 1000);
    evictor.check();
    expect(store.keys, "nothing happens while the caller waits").toHaveLength(150);
    await evictor.settled();
    expect(store.keys).toHaveLength(90);
    expect(store.keys[0]).toBe("key60");
    expect(evictor.evicted).toBe(60);
  });

  test.each([
    ["at its limit", 100, 1000],
    ["without a limit", 100, 0],
  ])("leaves a store alone that is %s", async (_what, count, limit) => {
    const store = storeOf(count);
    using evictor = new Evictor(store, limit);
    evictor.check();
    await evictor.settled();
    expect(store.keys).toHaveLength(count);
  });

  test("gives back what is taken needlessly before it evicts anything, and after it", async () => {
    const wasteful = storeOf(90, { waste: 500 });
    using first = new Evictor(wasteful, 1000);
    first.check();
    await first.settled();
    expect([wasteful.keys.length, wasteful.onDisk()]).toEqual([90, 900]);
    const full = storeOf(150);
    using second = new Evictor(full, 1000);
    second.check();
    await second.settled();
    expect(full.onDisk()).toBe(900);
  });

  test("ends with the store", async () => {
    const store = storeOf(60);
    const evictor = new Evictor(store, 300);
    evictor.check();
    evictor[Symbol.dispose]();
    await evictor.settled();
    evictor.check();
    await evictor.settled();
    expect(store.keys).toHaveLength(60);
  });

  test("D1: gives up where nothing can be forgotten, and tries again at the next write", async () => {
    const store = storeOf(60);
    const disk = { isFull: true };
    const forgetOldest = async (isEnough: () => boolean): Promise<number> =>
      disk.isFull ? 0 : await store.forgetOldest(isEnough);
    using evictor = new Evictor({ ...store, forgetOldest }, 300);
    evictor.check();
    await evictor.settled();
    expect([evictor.evicted, store.keys.length]).toEqual([0, 60]);
    disk.isFull = false;
    evictor.check();
    await evictor.settled();
    expect(store.keys).toHaveLength(27);
  });

  test("ends when there is nothing left to evict", async () => {
    using evictor = new Evictor({ ...storeOf(0), onDisk: () => 5000, needed: () => 5000 }, 1000);
    evictor.check();
    await evictor.settled();
    expect(evictor.evicted).toBe(0);
  });
});
