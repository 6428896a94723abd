import { expect, test } from "bun:test";
import { OneAtATime } from "../../../../src/daemon/library/one-at-a-time.ts";

test("OneAtATime.run() does the work of one name in order, after failures too, and that of others meanwhile", async () => {
  const turns = new OneAtATime();
  const said: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.run("a", async () => {
    await gate.promise;
    said.push("first");
    throw new Error("it failed");
  });
  const second = turns.run("a", async () => said.push("second"));
  await turns.run("b", async () => said.push("other"));
  gate.resolve();
  expect(await first.catch((error: Error) => error.message)).toBe("it failed");
  await second;
  await turns.run("a", async () => said.push("third"));
  expect(said).toEqual(["other", "first", "second", "third"]);
});
