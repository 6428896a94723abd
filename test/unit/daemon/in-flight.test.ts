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
