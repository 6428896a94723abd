import { expect, test } from "bun:test";
import { goneSignal } from "../../../../src/daemon/library/gone.ts";
import type { ServerConnection } from "../../../../src/ipc/server-connection.ts";

test("goneSignal() is one signal a connection, aborted when that is closed", async () => {
  const closed = Promise.withResolvers<void>();
  // Only what is looked at.
  const connection = { closed: closed.promise } as unknown as ServerConnection;
  const signal = goneSignal(connection);
  expect([goneSignal(connection) === signal, signal.aborted]).toEqual([true, false]);
  closed.resolve();
  await closed.promise;
  expect(signal.aborted).toBe(true);
});
