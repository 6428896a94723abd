import { expect, test } from "bun:test";
import { Activity } from "../../../src/daemon/activity.ts";
import { DrainWhileBusy } from "../../../src/daemon/drain-while-busy.ts";

test("DrainWhileBusy drains while a request is worked on, and stops once there was none for a second", async () => {
  let drains = 0;
  const activity = new Activity();
  using draining = new DrainWhileBusy(() => {
    drains += 1;
  }, activity);
  {
    using _busy = activity.begin();
    draining.begin();
    draining.begin();
    await Bun.sleep(350);
    expect(drains).toBeGreaterThanOrEqual(1);
    expect(drains, "begun twice, but one timer").toBeLessThanOrEqual(4);
  }
  await Bun.sleep(1400);
  const atRest = drains;
  await Bun.sleep(300);
  expect(drains).toBe(atRest);
});
