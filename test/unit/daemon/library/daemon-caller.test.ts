import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { ZccacheError } from "../../../../src/core/errors.ts";
import { rawToBytes } from "../../../../src/core/raw-text.ts";
import { DaemonCaller } from "../../../../src/daemon/library/daemon-caller.ts";
import { Slots } from "../../../../src/daemon/library/slots.ts";
import { toolOrder } from "../../../../src/daemon/library/tool-order.ts";
import { ToolRuns } from "../../../../src/daemon/library/tool-runs.ts";
import { createSpool } from "../../../../src/daemon/spool.ts";
import type { ServerConnection } from "../../../../src/ipc/server-connection.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";

const RUN = { path: "/bin/sh", skip: 2, setEnvironment: [], stdinFile: undefined };

function callerOf(script: string, tree: TemporaryTree, stdinFile?: string) {
  const closed = Promise.withResolvers<void>();
  let hasLeft = false;
  // Only what a caller looks at.
  const connection = {
    peer: { pid: process.pid, uid: 0, gid: 0 },
    closed: closed.promise,
    hasLeft: () => hasLeft,
  } as unknown as ServerConnection;
  const rest = { stdin: new Uint8Array(), clientPid: 7, sessionId: "s-1", isLink: false };
  const env: [string, string][] = [
    ["PATH", "/usr/bin:/bin"],
    ["ZCCACHE_DEPTH", "2"],
    ["A", "client"],
  ];
  const order = toolOrder("/bin/sh", { args: ["-c", script], cwd: tree.path, env }, rest);
  const caller = new DaemonCaller(order, {
    connection,
    toolRuns: new ToolRuns(new Slots(1)),
    spool: createSpool(tree.path),
    stdinFile,
  });
  const leave = () => {
    hasLeft = true;
    closed.resolve();
  };
  return { caller, leave };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

test("DaemonCaller.run() gives the tool its variables, ours over the client's, and gives the client what it said", async () => {
  using tree = fileTree();
  const { caller } = callerOf(
    'echo "$A $B $ZCCACHE_DEPTH $ZCCACHE_SESSION_ID $ZCCACHE_CLIENT_PID"; echo e >&2; exit 3',
    tree,
  );
  const setEnvironment: [string, string][] = [
    ["A", "traced"],
    ["B", "added"],
  ];
  const outcome = await caller.run({ ...RUN, setEnvironment });
  expect(textOf(outcome.stdout)).toBe("traced added 3 s-1 7\n");
  expect(outcome).toMatchObject({ exitCode: 3, signal: undefined, merged: false, streamsMissing: false });
  caller.answer({ type: "Released" });
  expect(await caller.result).toMatchObject({ exitCode: 3, cached: false, stderr: Buffer.from("e\n") });
});

test("DaemonCaller tells the client of a signal, with exit code 1, and the pipeline as a stand-in would", async () => {
  using tree = fileTree();
  const { caller } = callerOf("kill -11 $$", tree);
  expect(await caller.run(RUN)).toMatchObject({ exitCode: 0, signal: 11 });
  caller.answer({ type: "Released" });
  expect(await caller.result).toMatchObject({ exitCode: 1, signal: 11 });
});

test("DaemonCaller keeps streams that are too large in files, and has the result not stored", async () => {
  using tree = fileTree();
  const { caller } = callerOf("head -c 9000000 /dev/zero", tree);
  expect(await caller.run(RUN)).toMatchObject({ streamsMissing: true, stdout: new Uint8Array() });
  caller.answer({ type: "Released" });
  const { stdoutFile = "", stdout } = await caller.result;
  expect([stdout.length, readFileSync(stdoutFile).length]).toEqual([0, 9_000_000]);
});

test("DaemonCaller gives what is delivered as cached", async () => {
  using tree = fileTree();
  const { caller } = callerOf("exit 9", tree);
  const [stdout, stderr] = [Buffer.from("o"), Buffer.from("e")];
  caller.answer({ type: "Working" });
  caller.answer({ type: "Delivered", exit_code: 0, stdout, stderr, merged: false });
  expect(await caller.result).toMatchObject({ exitCode: 0, stdout, stderr, cached: true });
});

test("DaemonCaller.runAsIs() runs what is to be left alone, with the file that it reads", async () => {
  using tree = fileTree({ spooled: "input", other: "no" });
  const { caller } = callerOf("cat", tree, tree.at("other"));
  const path = rawToBytes("/bin/sh");
  const stdin_file = rawToBytes(tree.at("spooled"));
  caller.answer({ type: "Bypass", path, skip: 2, reason: "disabled", stdin_file });
  const wish = caller.takeWish();
  expect([wish?.type, caller.takeWish()]).toEqual(["Bypass", undefined]);
  if (wish?.type === "Bypass") await caller.runAsIs(wish);
  expect(textOf((await caller.result).stdout)).toBe("input");
});

test("DaemonCaller.afterFailure() gives what the tool did if it has run, and else runs it once what was put into place is gone", async () => {
  using tree = fileTree({ staged: "half", made: "half" });
  const ran = callerOf("echo once >> log", tree).caller;
  await ran.run(RUN);
  await ran.afterFailure(new Error("the index is damaged"));
  expect(await ran.result).toMatchObject({ exitCode: 0 });
  const { caller } = callerOf("ls made staged; echo once >> log", tree);
  caller.announce({ staged: tree.at("staged"), place: tree.at("made") });
  await caller.afterFailure(new Error("the index is damaged"));
  expect(textOf((await caller.result).stdout)).toBe("");
  expect(tree.read("log").toString()).toBe("once\nonce\n");
});

test.each(["BAD_REQUEST", "CONNECTION_CLOSED"] as const)(
  "DaemonCaller.afterFailure() starts nothing on %s",
  async (code) => {
    using tree = fileTree();
    const { caller } = callerOf("touch ran", tree);
    await caller.afterFailure(new ZccacheError(code, "Cannot go on: because"));
    expect(caller.result).rejects.toMatchObject({ code });
    expect(existsSync(tree.at("ran"))).toBe(false);
  },
);

test("DaemonCaller does nothing for a client that has left", async () => {
  using tree = fileTree();
  const { caller, leave } = callerOf("sleep 30", tree);
  caller.mustBeThere();
  const run = caller.run(RUN);
  setTimeout(leave, 50);
  expect(run).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await run.catch(() => {});
  expect(() => caller.mustBeThere()).toThrow("has left");
  expect(() => caller.announce({ staged: "/a", place: "/b" })).toThrow("has left");
});
