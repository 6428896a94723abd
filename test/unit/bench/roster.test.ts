import { expect, test } from "bun:test";
import { Roster } from "../../bench/roster.ts";

const MEMBERS = [{ name: "a" }, { name: "b" }, { name: "c" }];

test("Roster.each() begins with another one in each round", async () => {
  const roster = new Roster(MEMBERS, () => {});
  const seen: string[] = [];
  for (const round of [0, 1, 2, 3]) await roster.each(async ({ name }) => void seen.push(name), round);
  expect(seen.join("")).toBe("abcbcacababc");
});

test("Roster.each() leaves out who failed, says why, and goes on with the others", async () => {
  const roster = new Roster(MEMBERS, () => {});
  await roster.each(async ({ name }) => {
    if (name === "b") throw new Error("no socket\nat all\nhere\nnor there");
  });
  const seen: string[] = [];
  await roster.each(async ({ name }) => void seen.push(name));
  expect(seen).toEqual(["a", "c"]);
  expect(roster.has("b")).toBe(false);
  expect(roster.absent).toEqual([{ name: "b", why: "no socket at all here" }]);
});

test("Roster.each() does not take an interruption for a failure of who had the turn", async () => {
  let interrupted = false;
  const roster = new Roster(MEMBERS, () => {
    if (interrupted) throw new Error("interrupted");
  });
  const step = async (): Promise<void> => {
    interrupted = true;
    throw new Error("killed");
  };
  expect(roster.each(step)).rejects.toThrow("interrupted");
  expect(roster.absent).toEqual([]);
});
