import { expect, test } from "bun:test";
import { Slots } from "../../../../src/daemon/library/slots.ts";

const STAYS = new AbortController().signal;

test("Slots.take() lets as many run at once as there are, the others in the order in which they came", async () => {
  const slots = new Slots(2);
  const order: string[] = [];
  const enter = async (name: string) => {
    const place = await slots.take(STAYS);
    order.push(name);
    return place;
  };
  const [one, two] = [await enter("one"), await enter("two")];
  const three = enter("three");
  const four = enter("four");
  await Bun.sleep(1);
  expect([order, slots.waiting]).toEqual([["one", "two"], 2]);
  one[Symbol.dispose]();
  (await three)[Symbol.dispose]();
  (await four)[Symbol.dispose]();
  two[Symbol.dispose]();
  expect([order, slots.waiting]).toEqual([["one", "two", "three", "four"], 0]);
});

test("Slots.take() forgets a client that goes away while it waits", async () => {
  const slots = new Slots(1);
  const held = await slots.take(STAYS);
  const client = new AbortController();
  const lost = slots.take(client.signal);
  const next = slots.take(STAYS);
  client.abort();
  expect(lost).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await lost.catch(() => {});
  held[Symbol.dispose]();
  (await next)[Symbol.dispose]();
  expect(slots.waiting).toBe(0);
});

test("Place.lend() lets one who waits begin, and the place is in use twice until one of both has ended", async () => {
  const slots = new Slots(1);
  const held = await slots.take(STAYS);
  const second = slots.take(STAYS);
  const third = slots.take(STAYS);
  const lent = [held.lend(), held.lend()];
  const borrowed = await second;
  expect(slots.waiting).toBe(1);
  for (const loan of lent) loan[Symbol.dispose]();
  borrowed[Symbol.dispose]();
  await Bun.sleep(1);
  expect([slots.waiting, slots.hasFree]).toEqual([1, false]);
  held[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  expect([slots.waiting, slots.hasFree]).toEqual([0, true]);
});

test("a place that is given up while it is lent is not given back twice", async () => {
  const slots = new Slots(1);
  const held = await slots.take(STAYS);
  const lent = held.lend();
  held[Symbol.dispose]();
  lent[Symbol.dispose]();
  held[Symbol.dispose]();
  using _only = await slots.take(STAYS);
  expect(slots.hasFree).toBe(false);
});

test("Slots.take() lets one who goes first go first", async () => {
  const slots = new Slots(1);
  const held = await slots.take(STAYS);
  const order: string[] = [];
  const enter = async (name: string, where: "first" | "last") => {
    using _place = await slots.take(STAYS, where);
    order.push(name);
  };
  const entered = [enter("last", "last"), enter("first", "first")];
  held[Symbol.dispose]();
  await Promise.all(entered);
  expect(order).toEqual(["first", "last"]);
});
