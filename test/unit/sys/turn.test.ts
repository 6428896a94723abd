import { expect, test } from "bun:test";
import { Turn } from "../../../src/sys/turn.ts";

test("Turn.stepAsideIfLong() lets others go first after a millisecond, and not before", async () => {
  let now = 5;
  let others = 0;
  setImmediate(() => others++);
  const turn = new Turn(() => now);
  now += 0.9;
  await turn.stepAsideIfLong();
  expect(others).toBe(0);
  now += 0.2;
  await turn.stepAsideIfLong();
  expect(others).toBe(1);
  setImmediate(() => others++);
  now += 0.9;
  await turn.stepAsideIfLong();
  expect(others).toBe(1);
});
