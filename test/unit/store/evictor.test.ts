import { describe, expect, test } from "bun:test";
import { Evictor } from "../../../src/store/evictor.ts";

/** A store of results of 10 bytes each, oldest first. */
function storeOf(count: number) {
  const keys = Array.from({ length: count }, (_, index) => `key${index}`);
  return {
    keys,
    bytes: () => keys.length * 10,
    oldest: (most: number) => keys.slice(0, most),
    forget: (key: string) => keys.splice(keys.indexOf(key), 1).length === 1,
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

  test("lets other work go first every few milliseconds", async () => {
    const store = storeOf(60);
    const forget = (key: string): boolean => {
      Bun.sleepSync(1);
      return store.forget(key);
    };
    const slow = { ...store, forget };
    using evictor = new Evictor(slow, 300);
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    evictor.check();
    await evictor.settled();
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(4);
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
    using evictor = new Evictor({ ...store, forget: (key) => !disk.isFull && store.forget(key) }, 300);
    evictor.check();
    await evictor.settled();
    expect([evictor.evicted, store.keys.length]).toEqual([0, 60]);
    disk.isFull = false;
    evictor.check();
    await evictor.settled();
    expect(store.keys).toHaveLength(27);
  });

  test("ends when there is nothing left to evict", async () => {
    using evictor = new Evictor({ ...storeOf(0), bytes: () => 5000 }, 1000);
    evictor.check();
    await evictor.settled();
    expect(evictor.evicted).toBe(0);
  });
});
