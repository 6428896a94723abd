import { expect, test } from "bun:test";
import { type Lane, Turns } from "../../../src/sys/turn.ts";

function clock(): { ms: number; readonly turns: Turns } {
  let ms = 5;
  const turns = new Turns(() => ms);
  return {
    turns,
    get ms() {
      return ms;
    },
    set ms(now) {
      ms = now;
    },
  };
}

async function stepAside(turns: Turns, lane: Lane): Promise<void> {
  if (turns.isLong) await turns.next(lane);
}

test("Turns.next() lets others go first; a turn is long after a millisecond, and not before", async () => {
  const hand = clock();
  let others = 0;
  await stepAside(hand.turns, "filing");
  setImmediate(() => others++);
  hand.ms += 0.9;
  await stepAside(hand.turns, "filing");
  expect(others).toBe(0);
  hand.ms += 0.2;
  await stepAside(hand.turns, "filing");
  expect(others).toBe(1);
  setImmediate(() => others++);
  hand.ms += 0.9;
  await stepAside(hand.turns, "filing");
  expect(others).toBe(1);
});

test("Turns.isLong counts what others did in the same turn", async () => {
  const hand = clock();
  let others = 0;
  await stepAside(hand.turns, "answer");
  hand.ms += 3;
  setImmediate(() => others++);
  await stepAside(hand.turns, "filing");
  expect(others).toBe(1);
});

test("Turns.isLong begins anew with each turn of the loop", async () => {
  const hand = clock();
  await stepAside(hand.turns, "answer");
  await new Promise((resolve) => setImmediate(resolve));
  hand.ms += 3;
  let others = 0;
  setImmediate(() => others++);
  await stepAside(hand.turns, "answer");
  expect(others).toBe(0);
});

test("Turns.next() goes on with one a turn, in their order and from either lane by turns", async () => {
  const hand = clock();
  await stepAside(hand.turns, "answer");
  hand.ms += 2;
  let turn = 0;
  const count = () => {
    turn += 1;
    if (turn < 9) setImmediate(count);
  };
  setImmediate(count);
  const went: string[] = [];
  const wait = async (name: string, lane: Lane) => {
    await stepAside(hand.turns, lane);
    went.push(`${name} ${turn}`);
  };
  const all = [wait("f1", "filing"), wait("f2", "filing"), wait("f3", "filing"), wait("a1", "answer")];
  await Promise.all([...all, wait("a2", "answer")]);
  const order = went.map((each) => each.slice(0, 2));
  expect(order).toEqual(["a1", "f1", "a2", "f2", "f3"]);
  expect(new Set(went.map((each) => each.slice(3))).size).toBe(5);
});
