// What goes wrong between a daemon and its clients is in the lifecycle log.

import { expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:net";
import { PROTOCOL } from "../../../src/core/version.ts";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import { sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { answering, endpointOf, events, serving } from "./daemon-stage.ts";

setDefaultTimeout(600_000);

const OTHER = PROTOCOL + 1;

test.each([
  ["a frame that the client breaks off", Buffer.from([9, 0, 0, 0, 1]), "pipe-closed-mid-write"],
  ["a frame that is too long", Buffer.from([255, 255, 255, 255]), "comm-error"],
])("%s is told, with the client's process", async (_what, bytes, cause) => {
  await using box = sandbox();
  await serving(box);
  const socket = connect(endpointOf(box), () => socket.end(bytes));
  socket.on("error", () => {});
  await until(() => events(box, "client-disconnected").length > 0);
  expect(events(box, "client-disconnected")).toMatchObject([{ cause, client_pid: process.pid }]);
});

test("a request of another version is told, once", async () => {
  await using box = sandbox();
  await serving(box);
  const socket = connect(endpointOf(box), () => socket.end(encodeFrame({ v: OTHER, type: "Ping" })));
  socket.on("error", () => {});
  await until(() => events(box, "version_mismatch").length > 0);
  expect(events(box).map(({ event }) => event)).toEqual(["spawn", "version_mismatch"]);
  expect(events(box, "version_mismatch")).toMatchObject([{ client_protocol_version: OTHER }]);
});

test("clients that come and go as they should are not told", async () => {
  await using box = sandbox();
  box.tree.write({ "a.c": "int a;\n", "bad.c": "int\n" });
  await serving(box);
  for (const source of ["a.c", "a.c", "bad.c"]) await box.zccache(["gcc", "-c", source], { cwd: box.tree.path });
  await box.zccache(["gcc", "--version"]);
  await box.settled(2);
  await answering(endpointOf(box));
  expect(events(box).map(({ event }) => event)).toEqual(["spawn"]);
});
