import { describe, expect, test } from "bun:test";
import { encodeBrokerFrame, FirstFrame } from "../../../src/broker/frame.ts";
import { brokerFrame } from "../../support/broker-wire.ts";

const BODY = Buffer.from("a body of some length");

describe("FirstFrame", () => {
  test.each([1, 2, 3, 4, 5, 6, 100])(
    "gives the body once when it is fed %d bytes at a time, and drops the rest",
    (step) => {
      const stream = Buffer.concat([encodeBrokerFrame(BODY), Buffer.from("and what follows")]);
      const frame = new FirstFrame(BODY.length);
      const given: Buffer[] = [];
      for (let at = 0; at < stream.length; at += step) {
        const body = frame.push(stream.subarray(at, at + step));
        if (body !== undefined) given.push(Buffer.from(body));
      }
      expect(given).toEqual([BODY]);
    },
  );

  test("gives a body of no bytes", () => {
    expect(new FirstFrame(0).push(brokerFrame(Buffer.alloc(0)))).toHaveLength(0);
  });

  test("refuses a body over its limit and any other version as soon as the head is there", () => {
    expect(() => new FirstFrame(10).push(brokerFrame(Buffer.alloc(0), 11))).toThrow("a frame of 11 bytes");
    expect(() => new FirstFrame(10).push(Buffer.from([2, 1, 0, 0, 0]))).toThrow("version 2");
    expect(new FirstFrame(10).push(Buffer.from([2, 1, 0, 0]))).toBeUndefined();
  });
});

test("encodeBrokerFrame() puts version and length in front", () => {
  expect(encodeBrokerFrame(BODY)).toEqual(brokerFrame(BODY));
});
