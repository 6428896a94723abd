import { expect, test } from "bun:test";
import { quickest } from "./in-time.ts";

test("quickest() forgives a try that was delayed, and none that is always slow", async () => {
  const delays = [200, 200, 0, 200];
  let tries = 0;
  expect(await quickest(50, () => Bun.sleep(delays[tries++] ?? 0))).toBeLessThanOrEqual(50);
  expect(tries).toBeGreaterThanOrEqual(3);
  let slow = 0;
  expect(await quickest(50, () => 1e9 + slow++, 4)).toBeGreaterThan(50);
  expect(slow).toBe(4);
});
