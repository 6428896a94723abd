import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { dial } from "../../../src/ipc/dial.ts";
import { listen } from "../../../src/ipc/listen.ts";
import type { ServerConnection } from "../../../src/ipc/server-connection.ts";
import { ownUserId } from "../../../src/sys/private-directory.ts";
import { quickest } from "../../support/in-time.ts";
import { newEndpoint, removeScratch } from "./sockets.ts";

afterAll(removeScratch);

async function ioCause(endpoint: string): Promise<unknown> {
  let error: unknown;
  const refused = async () => {
    error = await dial(endpoint).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "IO" });
  };
  expect(await quickest(500, refused)).toBeLessThanOrEqual(500);
  return error instanceof Error && error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
}

test("dial() of a missing path fails at once with ENOENT as cause [ipc 17]", async () => {
  expect(await ioCause(newEndpoint())).toBe("ENOENT");
});

test("dial() of a long missing path fails at once with ENOENT as cause [ipc 17]", async () => {
  expect(await ioCause(`${dirname(newEndpoint())}/${"d".repeat(120)}/daemon.sock`)).toBe("ENOENT");
});

test("dial() of a regular file fails at once with ECONNREFUSED as cause [ipc 17]", async () => {
  const endpoint = newEndpoint();
  mkdirSync(dirname(endpoint));
  writeFileSync(endpoint, "");
  expect(await ioCause(endpoint)).toBe("ECONNREFUSED");
});

test("dial() of the socket of a daemon that is gone fails at once with ECONNREFUSED as cause [ipc 17]", async () => {
  const endpoint = newEndpoint();
  const listener = listen(endpoint, () => {});
  const dead = `${endpoint}.dead`;
  renameSync(endpoint, dead);
  listener.stop();
  expect(await ioCause(dead)).toBe("ECONNREFUSED");
});

test("dial() of a path that is none fails with ENDPOINT", async () => {
  for (const endpoint of ["relative.sock", "\0abstract", "/tmp/"]) {
    await expect(dial(endpoint)).rejects.toThrow(expect.objectContaining({ code: "ENDPOINT" }));
  }
});

test("dial() hangs up on a server of another user before anything is sent [S3]", async () => {
  const endpoint = newEndpoint();
  const accepted = Promise.withResolvers<ServerConnection>();
  const listener = listen(endpoint, accepted.resolve);
  await expect(dial(endpoint, { serverUser: ownUserId() + 1 })).rejects.toThrow(
    expect.objectContaining({ code: "ENDPOINT" }),
  );
  expect(await (await accepted.promise).receive(1000)).toBe("closed");
  listener.stop();
});

test("dial() tells who serves, and listen() who asks", async () => {
  const endpoint = newEndpoint();
  const accepted = Promise.withResolvers<ServerConnection>();
  const listener = listen(endpoint, accepted.resolve);
  using client = await dial(endpoint);
  const expected = { pid: process.pid, uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  expect(client.peer).toEqual(expected);
  expect((await accepted.promise).peer).toEqual(expected);
  listener.stop();
});

test("dial() of a long path through a linked directory is refused, and no descriptor stays open", async () => {
  const endpoint = newEndpoint();
  const listener = listen(endpoint, () => {});
  const link = `${dirname(endpoint)}/${"l".repeat(120)}`;
  symlinkSync(dirname(endpoint), link);
  const before = readdirSync("/proc/self/fd").length;
  await expect(dial(`${link}/daemon.sock`)).rejects.toThrow(expect.objectContaining({ code: "IO" }));
  expect(readdirSync("/proc/self/fd").length).toBe(before);
  listener.stop();
});

test("dial.ts loads no schema library, no native decoder and no node:net, which a stand-in cannot afford", async () => {
  const entry = new URL("../../../src/ipc/dial.ts", import.meta.url).pathname;
  const { outputs } = await Bun.build({ entrypoints: [entry], target: "bun", metafile: true });
  const code = await outputs[0]?.text();
  expect(code).toContain("class ClientConnection");
  for (const heavy of ["cbor-extract", "node:net", "safeParse", "ZodMiniType", "process.stdout"])
    expect(code).not.toContain(heavy);
});
