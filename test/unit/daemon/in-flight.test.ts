import { expect, test } from "bun:test";
import { InFlight } from "../../../src/daemon/in-flight.ts";

test("InFlight.enter() lets one caller of a context run and the others wait for its end (H9)", async () => {
  const flights = new InFlight();
  const first = flights.enter("k");
  const second = flights.enter("k");
  const other = flights.enter("other");
  expect([first.kind, second.kind, other.kind]).toEqual(["run", "wait", "run"]);
  if (first.kind === "run") first.finish("lost");
  expect(second.kind === "wait" && (await second.ended)).toBe("lost");
  expect(flights.enter("k").kind).toBe("run");
});

test("InFlight.enter() waits for a run that ended while the cache was asked: that look did not see its result", async () => {
  const flights = new InFlight();
  expect(flights.running("k")).toBeUndefined();
  const first = flights.enter("k", flights.running("k"));
  const underWay = flights.running("k");
  if (first.kind === "run") first.finish("stored");
  const second = flights.enter("k", underWay);
  expect(second.kind === "wait" && (await second.ended)).toBe("stored");
  expect(flights.enter("k", flights.running("k")).kind).toBe("run");
});
