import { expect, test } from "bun:test";
import { Owners } from "../../../../src/daemon/library/owners.ts";

test("Owners.add() counts a process as often as it is named, and release() takes that back", () => {
  const owners = new Owners();
  owners.add([process.pid, process.ppid]);
  owners.add([process.pid]);
  const [first, second] = [process.pid, process.ppid].sort((a, b) => a - b);
  expect(owners.report().map(({ pid }) => pid)).toEqual([first ?? 0, second ?? 0]);
  expect(owners.report().find(({ pid }) => pid === process.pid)?.ref_count).toBe(2);
  owners.release([process.pid, process.ppid, 1]);
  expect(owners.report()).toEqual([{ pid: process.pid, ref_count: 1 }]);
});

test("Owners.sweep() says nothing of a daemon that is shared, nor while an owner lives", () => {
  const owners = new Owners();
  expect([owners.isPrivate, owners.sweep()]).toEqual([false, undefined]);
  owners.add([process.pid]);
  expect([owners.isPrivate, owners.sweep()]).toEqual([true, undefined]);
});

test("Owners.sweep() names those that have ended once nobody is left, ended children that were not waited for too", async () => {
  const owners = new Owners();
  const child = Bun.spawn(["/bin/sleep", "600"]);
  owners.add([child.pid, process.pid]);
  child.kill("SIGKILL");
  await child.exited;
  expect([owners.sweep(), owners.report()]).toEqual([undefined, [{ pid: process.pid, ref_count: 1 }]]);
  owners.release([process.pid]);
  expect(owners.sweep()).toEqual([]);
  owners.add([child.pid]);
  expect(owners.sweep()).toEqual([child.pid]);
});

test("Owners.sweep() does not take another process for an owner whose pid it has now", () => {
  let started = "100";
  const owners = new Owners(() => started);
  owners.add([42]);
  expect(owners.sweep()).toBeUndefined();
  started = "200";
  expect(owners.sweep()).toEqual([42]);
});
