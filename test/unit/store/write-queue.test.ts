import { describe, expect, test } from "bun:test";
import type { IndexWrite } from "../../../src/store/index-file.ts";
import type { IndexedResult } from "../../../src/store/result-tables.ts";
import { WriteQueue } from "../../../src/store/write-queue.ts";
import { digestOf, sampleRow } from "../../support/store-samples.ts";

const resultOf = (name: string): IndexedResult => ({
  context: digestOf("context"),
  row: sampleRow(name),
  entry: Buffer.from(name),
  objects: [{ digest: digestOf(`object of ${name}`), size: 1 }],
  usedAt: 1,
});

const shown = (writes: readonly IndexWrite[]) =>
  writes.map((write) => (write.kind === "use" ? `${write.resultKey} at ${write.usedAt}` : write.result.row.resultKey));

describe("WriteQueue", () => {
  test("gives results first, and one time of use each: the last", () => {
    const queue = new WriteQueue();
    queue.touch("x", 1);
    queue.put(resultOf("a"));
    queue.touch("y", 2);
    queue.put(resultOf("b"));
    queue.touch("x", 3);
    expect(shown(queue.next())).toEqual([...["a", "b"].map((name) => sampleRow(name).resultKey), "x at 3", "y at 2"]);
  });

  test("keeps what is not done, and says how many results were", () => {
    const queue = new WriteQueue();
    for (const name of ["a", "b"]) queue.put(resultOf(name));
    queue.touch("x", 1);
    queue.touch("y", 1);
    expect(queue.done(queue.next().slice(0, 1))).toBe(1);
    expect(queue.done(queue.next().slice(0, 2))).toBe(1);
    expect([queue.hasResults, queue.isEmpty]).toEqual([false, false]);
    expect(shown(queue.next())).toEqual(["y at 1"]);
    expect(queue.done(queue.next())).toBe(0);
    expect(queue.isEmpty).toBeTrue();
  });

  test("gives a few hundred at once", () => {
    const queue = new WriteQueue();
    for (let n = 0; n < 299; n++) queue.put(resultOf(`${n}`));
    for (let n = 0; n < 299; n++) queue.touch(`${n}`, n);
    expect(queue.next()).toHaveLength(300);
    queue.done(queue.next());
    expect(queue.next()).toHaveLength(298);
  });

  test("knows the objects of results that wait, until they are done or forgotten", () => {
    const queue = new WriteQueue();
    for (const name of ["a", "b"]) queue.put(resultOf(name));
    queue.touch("x", 1);
    const needed = () => ["a", "b", "c"].filter((name) => queue.needs(digestOf(`object of ${name}`)));
    expect(needed()).toEqual(["a", "b"]);
    queue.done(queue.next().slice(0, 1));
    expect(needed()).toEqual(["b"]);
    queue.clear();
    expect([needed(), queue.isEmpty]).toEqual([[], true]);
  });
});
