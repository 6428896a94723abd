import { expect, test } from "bun:test";
import { toBroker, toZccache } from "../../../src/broker/spelling.ts";

const ENDPOINTS = ["/run/user/0/zccache/sock-v0.1.0", "/tmp/zccache-test-1-2.sock", "/tmp/ä ö.sock"];
const PIPES = ["\\\\.\\pipe\\zccache-test-1-2", "\\\\.\\pipe\\a"];

test("to the broker's spelling and back is the same endpoint [broker 6]", () => {
  for (const endpoint of ENDPOINTS) {
    expect(toBroker(endpoint, "linux")).toBe(endpoint);
    expect(toZccache(toBroker(endpoint, "linux"), "linux")).toBe(endpoint);
  }
  for (const pipe of PIPES) expect(toZccache(toBroker(pipe, "win32"), "win32")).toBe(pipe);
});

test("a named pipe has its prefix for zccache and none for the broker; one that has it already keeps it [broker 6]", () => {
  expect(toZccache("name", "win32")).toBe("\\\\.\\pipe\\name");
  expect(toBroker("\\\\.\\pipe\\name", "win32")).toBe("name");
  expect(toZccache("\\\\.\\pipe\\name", "win32")).toBe("\\\\.\\pipe\\name");
  expect(toBroker("name", "win32")).toBe("name");
});
