// What the daemon's log shows under RUST_LOG and --log-level.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { answering, endpointOf, serving } from "./daemon-stage.ts";

setDefaultTimeout(600_000);

/** Has a daemon serve a Ping and a client that hangs up inside of a message. @returns its log. */
async function logOf(flags: readonly string[], env: Record<string, string>): Promise<string> {
  await using box = sandbox();
  const log = box.tree.at("log");
  await serving(box, [...flags, "--log-file", log], { env });
  await answering(endpointOf(box));
  const socket = connect(endpointOf(box), () => socket.end(Buffer.from([9, 0, 0, 0, 1])));
  await until(() => readFileSync(log, "utf8").includes("the peer closed"));
  await box.stop();
  return readFileSync(log, "utf8");
}

test("RUST_LOG=zccache_daemon=warn still shows info of zccache_ipc [daemon 23]", async () => {
  const log = await logOf([], { RUST_LOG: "zccache_daemon=warn" });
  expect(log).toMatch(/^\S+Z INFO {2}zccache_ipc\[0\]: connection of process \d+ ended/m);
  expect(log).not.toContain("zccache_daemon[0]");
  expect(log).not.toContain("DEBUG");
});

test("--log-level debug shows debug of zccache_ipc, and RUST_LOG beats it where it can be read [daemon 23]", async () => {
  const debug = /^\S+Z DEBUG zccache_ipc\[0\]: process \d+ asks Ping/m;
  expect(await logOf(["--log-level", "debug"], {})).toMatch(debug);
  expect(await logOf(["--log-level", "debug"], { RUST_LOG: "no,thing=" })).toMatch(debug);
  expect(await logOf(["--log-level", "debug"], { RUST_LOG: "info" })).not.toMatch(debug);
  expect(await logOf(["--log-level", "error"], { RUST_LOG: "zccache_ipc=debug" })).toMatch(debug);
});
