import { describe, expect, test } from "bun:test";
import { BoundedMap } from "../../../src/sys/bounded-map.ts";

describe("BoundedMap", () => {
  test("never holds more than its capacity, and keeps what is asked for", () => {
    const map = new BoundedMap<number, string>(100);
    for (let i = 0; i < 10_000; i++) {
      map.set(i, `value ${i}`);
      expect(map.get(0)).toBe("value 0");
    }
    expect(map.size).toBeLessThanOrEqual(100);
    expect(map.get(9_999)).toBe("value 9999");
    expect(map.get(5_000)).toBeUndefined();
  });

  test("counts weights, also of replaced and deleted values", () => {
    const map = new BoundedMap<string, number>(20, (weight) => weight);
    for (let i = 0; i < 100; i++) map.set("same", 9);
    map.set("other", 1);
    expect([map.get("same"), map.get("other")]).toEqual([9, 1]);
    map.delete("same");
    map.set("third", 9);
    expect([map.get("same"), map.get("other"), map.get("third")]).toEqual([undefined, 1, 9]);
  });

  test("entries() gives all of both generations, and forgets none for it", () => {
    const map = new BoundedMap<number, string>(4);
    for (const key of [1, 2, 3]) map.set(key, `value ${key}`);
    expect([...map.entries()].sort()).toEqual([
      [1, "value 1"],
      [2, "value 2"],
      [3, "value 3"],
    ]);
    expect([map.size, map.get(1)]).toEqual([3, "value 1"]);
  });

  test("delete() and clear() reach both generations", () => {
    const map = new BoundedMap<number, number>(4);
    for (const key of [1, 2, 3]) map.set(key, key);
    map.delete(1);
    expect(map.get(1)).toBeUndefined();
    map.clear();
    expect([map.size, map.get(2), map.get(3)]).toEqual([0, undefined, undefined]);
  });
});
