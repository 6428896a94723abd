import { expect, test } from "bun:test";
import { between, readCcacheTally, readSccacheTally, readZccacheTally } from "../../bench/statistics.ts";

test("readCcacheTally() adds the hits of both modes and takes no miss of one mode for a miss", () => {
  const printed = "cache_miss\t3\ndirect_cache_hit\t5\ndirect_cache_miss\t9\npreprocessed_cache_hit\t2\n";
  expect(readCcacheTally(printed)).toEqual({ hits: 7, misses: 3 });
});

test("readCcacheTally() refuses what lacks a counter", () => {
  expect(() => readCcacheTally("cache_miss\t3\ndirect_cache_hit\t5\n")).toThrow("preprocessed_cache_hit");
});

test("readSccacheTally() adds all languages; one that was never used is not there", () => {
  const stats = { cache_hits: { counts: { "C/C++": 4, Rust: 1 } }, cache_misses: { counts: {} } };
  expect(readSccacheTally(JSON.stringify({ stats }))).toEqual({ hits: 5, misses: 0 });
});

test("readSccacheTally() refuses what lacks a counter", () => {
  expect(() => readSccacheTally(JSON.stringify({ stats: { cache_hits: { counts: {} } } }))).toThrow("cache_misses");
});

test("readZccacheTally() reads the daemon's counters", () => {
  expect(readZccacheTally(JSON.stringify({ daemon: { cache_hits: 40, cache_misses: 2 } }))).toEqual({
    hits: 40,
    misses: 2,
  });
});

test("readZccacheTally() refuses what lacks a counter", () => {
  expect(() => readZccacheTally(JSON.stringify({ daemon: { cache_hits: 40 } }))).toThrow("cache_misses");
});

test("between() is the difference of both counters", () => {
  expect(between({ hits: 1, misses: 10 }, { hits: 41, misses: 10 })).toEqual({ hits: 40, misses: 0 });
});
