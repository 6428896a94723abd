import { expect, test } from "bun:test";
import { Activity } from "../../../src/daemon/activity.ts";

test("Activity.idleSeconds() is 0 while work is in progress, and grows afterwards", async () => {
  const activity = new Activity();
  const work = activity.begin();
  await Bun.sleep(20);
  expect(activity.idleSeconds()).toBe(0);
  work[Symbol.dispose]();
  await Bun.sleep(20);
  expect(activity.idleSeconds()).toBeGreaterThan(0.01);
});

test("Activity.settled() waits for the last work, but not longer than its limit", async () => {
  const activity = new Activity();
  const work = [activity.begin(), activity.begin()];
  let settled = false;
  const waiting = activity.settled(60_000).then(() => {
    settled = true;
  });
  work[0]?.[Symbol.dispose]();
  await Bun.sleep(5);
  expect(settled).toBe(false);
  work[1]?.[Symbol.dispose]();
  await waiting;
  using _endless = activity.begin();
  await activity.settled(10);
  expect(activity.idleSeconds()).toBe(0);
});
