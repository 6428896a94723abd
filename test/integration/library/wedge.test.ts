// A library client whose compile gets no answer: a daemon that is busy is let be, one that hangs is ended.

import { expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { type Client, connectClient } from "../../../src/client/client.ts";
import { readSettings } from "../../../src/sys/environment.ts";
import { isRunning } from "../../../src/sys/process-kill.ts";
import { endpointOf } from "../../support/library-client.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { startDaemon } from "./connect.ts";
import { gcc } from "./requests.ts";

const BUDGET = { ZCCACHE_WEDGE_RECV_TIMEOUT_SECS: "1", ZCCACHE_WEDGE_PROBE_BUDGET_MS: "500" };

async function withDaemon(
  variables: Readonly<Record<string, string>>,
  act: (scene: { box: Sandbox; client: Client; daemon: number }) => Promise<void>,
): Promise<void> {
  await using box = sandbox();
  box.tree.write({ "a.c": "int a;\n" });
  await startDaemon(box);
  using client = await connectClient(endpointOf(box), 10_000, readSettings({ ...box.env, ...variables }, false));
  const [daemon = 0] = box.daemons();
  expect(daemon).toBeGreaterThan(0);
  try {
    await act({ box, client, daemon });
  } finally {
    if (isRunning(daemon)) process.kill(daemon, "SIGCONT");
  }
}

function compile(box: Sandbox, client: Client, compiler = "/usr/bin/gcc") {
  return client.ask("Compile", { ...gcc(box, crypto.randomUUID(), ["-c", "a.c"]), compiler });
}

test("Client ends a daemon that answers neither a compile nor a ping, and the next one serves", async () => {
  await withDaemon(BUDGET, async ({ box, client, daemon }) => {
    process.kill(daemon, "SIGSTOP");
    await expect(compile(box, client)).rejects.toMatchObject({ code: "TIMEOUT" });
    while (isRunning(daemon)) await Bun.sleep(10);
    await startDaemon(box);
    using next = await connectClient(endpointOf(box), 10_000);
    expect(await compile(box, next)).toMatchObject({ exit_code: 0 });
  });
}, 600_000);

test.each([
  ["which it does not ask", { ...BUDGET, ZCCACHE_WEDGE_PROBE_BUDGET_MS: "0" }],
  ["over a call that may take as long as it likes", BUDGET],
])(
  "Client lets a daemon be that is silent, %s",
  async (why, variables) => {
    await withDaemon(variables, async ({ box, client, daemon }) => {
      process.kill(daemon, "SIGSTOP");
      const asked = why.startsWith("which") ? compile(box, client) : client.ask("ListRustArtifacts", {}, 1000);
      await expect(asked).rejects.toMatchObject({ code: "TIMEOUT" });
      await Bun.sleep(1000);
      expect(isRunning(daemon)).toBe(true);
    });
  },
  60_000,
);

test("Client lets a daemon be that is busy with a slow compiler", async () => {
  await withDaemon({ ...BUDGET, ZCCACHE_WEDGE_PROBE_BUDGET_MS: "20000" }, async ({ box, client, daemon }) => {
    box.tree.write({ slow: "#!/bin/sh\nsleep 1000\n" });
    chmodSync(box.tree.at("slow"), 0o755);
    await expect(compile(box, client, box.tree.at("slow"))).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(isRunning(daemon)).toBe(true);
  });
}, 600_000);
