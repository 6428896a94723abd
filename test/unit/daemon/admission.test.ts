import { expect, test } from "bun:test";
import { Admission } from "../../../src/daemon/admission.ts";

const full = { type: "Backpressure", reason: "compile_queue_full" };

test("enter() gives as many places as there are, and each again when it is free [protocol 16]", () => {
  const admission = new Admission(2);
  const first = admission.enter();
  if (!(Symbol.dispose in first)) throw new Error("no place");
  {
    using second = admission.enter() as Disposable;
    expect(second).not.toHaveProperty("type");
    expect(admission.enter()).toMatchObject({ ...full, queue_depth: 2 });
  }
  expect(admission.enter()).not.toHaveProperty("type");
  expect(admission.enter()).toMatchObject(full);
  first[Symbol.dispose]();
  expect(admission.enter()).not.toHaveProperty("type");
});

test("enter() says to each another time when to come back, soon [protocol 16]", () => {
  const admission = new Admission(0);
  const times = Array.from({ length: 100 }, () => {
    const said = admission.enter();
    return "type" in said ? said.retry_after_ms : Number.NaN;
  });
  expect(new Set(times).size).toBeGreaterThan(10);
  for (const time of times) {
    expect(time).toBeGreaterThanOrEqual(50);
    expect(time).toBeLessThanOrEqual(150);
  }
});
