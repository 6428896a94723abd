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
