import { expect, test } from "bun:test";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "../../../../src/daemon/library/run-tool.ts";
import { isRunning } from "../../../../src/sys/process-kill.ts";
import { repository } from "../../../support/built-binary.ts";
import { TemporaryTree } from "../../../support/file-tree.ts";
import { until } from "../../../support/until.ts";

const STAYS = new AbortController().signal;

function shell(script: string, cwd = "/", stdinFile?: string) {
  const argv = ["sh", "-c", script];
  return { path: "/bin/sh", argv, cwd, stdinFile, environment: ["PATH=/usr/bin:/bin", "A=\xff"], nice: 0 };
}

test("runTool() gives exit code and both streams, byte by byte", async () => {
  using end = await runTool(shell('printf "%s" "$A"; printf e >&2; exit 3'), STAYS);
  expect([end.exitCode, end.signal]).toEqual([3, undefined]);
  expect([Buffer.from(end.stdout.bytes()), Buffer.from(end.stderr.bytes())]).toEqual([
    Buffer.from([255]),
    Buffer.from("e"),
  ]);
});

test("runTool() starts the tool where it is told, first of its own group and with no descriptor of the daemon", async () => {
  using tree = new TemporaryTree();
  tree.write({ open: "" });
  const ours = openSync(tree.at("open"), "r");
  using end = await runTool(
    shell("pwd; ps -o pgid= -p $$ | grep -qw $$ && echo own; readlink /proc/$$/fd/*", tree.path),
    STAYS,
  );
  const [cwd, group, ...descriptors] = Buffer.from(end.stdout.bytes()).toString().trim().split("\n");
  closeSync(ours);
  expect([cwd, group, descriptors[0]]).toEqual([tree.path, "own", "/dev/null"]);
  expect(descriptors).not.toContain(tree.at("open"));
});

test("runTool() gives the file for standard input, and its end where there is none", async () => {
  using tree = new TemporaryTree();
  tree.write({ "in.txt": "abc" });
  using given = await runTool(shell("cat", "/", tree.at("in.txt")), STAYS);
  using none = await runTool(shell("cat"), STAYS);
  expect([given, none].map(({ stdout }) => Buffer.from(stdout.bytes()).toString())).toEqual(["abc", ""]);
});

test("runTool() tells which signal ended the tool", async () => {
  using end = await runTool(shell("kill -9 $$"), STAYS);
  expect(end.signal).toBe(9);
});

test.each([
  ["/nowhere/cc", "/", 'Cannot start "/nowhere/cc": there is no such file'],
  ["/bin/sh", "/nowhere", 'Cannot start "/bin/sh": "/nowhere" is no directory'],
  ["/etc/passwd", "/", 'Cannot start "/etc/passwd": EACCES'],
])("runTool() says why it cannot start %s in %s", async (path, cwd, message) => {
  const run = runTool({ ...shell("exit"), path, cwd }, STAYS);
  expect(run).rejects.toMatchObject({ code: "BAD_REQUEST", message });
});

test("runTool() kills the whole process group as soon as the client is gone", async () => {
  using tree = new TemporaryTree();
  const client = new AbortController();
  const run = runTool(shell("sleep 30 & echo $! > child; sleep 30", tree.path), client.signal);
  while (!existsSync(tree.at("child")) || readFileSync(tree.at("child"), "utf8") === "") await Bun.sleep(10);
  client.abort();
  expect(run).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await run.catch(() => {});
  const child = readFileSync(tree.at("child"), "utf8").trim();
  await until(() => !runs(child), "the end of the tool's child");
});

test("runTool() leaves no tool behind when the daemon ends", async () => {
  using tree = new TemporaryTree();
  tree.write({
    "daemon.ts": `
      import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
      import { runTool } from ${JSON.stringify(join(repository, "src/daemon/library/run-tool.ts"))};
      const argv = ["sh", "-c", "sleep 30 & echo $! > child; sleep 30"];
      const tool = { path: "/bin/sh", argv, cwd: ${JSON.stringify(tree.path)}, stdinFile: undefined, environment: [], nice: 0 };
      void runTool(tool, new AbortController().signal);
      while (!existsSync("child") || readFileSync("child", "utf8") === "") await Bun.sleep(10);
      process.exit(0);`,
  });
  await Bun.$`${process.execPath} daemon.ts`.cwd(tree.path);
  const child = readFileSync(tree.at("child"), "utf8").trim();
  expect(child).not.toBe("");
  await until(() => !runs(child), "the end of the tool's child");
});

test("runTool() starts nothing for a client that is gone already", async () => {
  using tree = new TemporaryTree();
  expect(runTool(shell("touch ran", tree.path), AbortSignal.abort())).rejects.toMatchObject({
    code: "CONNECTION_CLOSED",
  });
  await Bun.sleep(50);
  expect(existsSync(tree.at("ran"))).toBe(false);
});

function runs(pid: string): boolean {
  return isRunning(Number(pid));
}
