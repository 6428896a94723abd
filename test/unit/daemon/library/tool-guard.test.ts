import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ToolGuard } from "../../../../src/daemon/library/tool-guard.ts";
import type { Logger } from "../../../../src/sys/log.ts";
import { isRunning } from "../../../../src/sys/process-kill.ts";
import { fileTree } from "../../../support/file-tree.ts";
import { tracerLibrary } from "../../../support/trace-run.ts";

const source = join(import.meta.dirname, "../../../../src");

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(10);
}

/** Children of this process that are guards. */
function guards(parent = process.pid): number[] {
  const { stdout } = Bun.spawnSync(["ps", "-o", "pid=,args=", "--ppid", String(parent)]);
  return [...stdout.toString().matchAll(/^ *(\d+) zccache-guard$/gm)].map(([, pid]) => Number(pid));
}

// A daemon that is killed while two tools run, with children of their own; a third group has ended before.
const DAEMON = (tracer: string) => `
  import { writeFileSync } from "node:fs";
  import { runTool } from "${source}/daemon/library/run-tool.ts";
  import { ToolGuard } from "${source}/daemon/library/tool-guard.ts";
  const guard = new ToolGuard(() => "${tracer}", console);
  const watch = (pid) => guard.watch(pid);
  const stays = new AbortController().signal;
  const tool = (script) => ({
    path: "/bin/sh", argv: ["sh", "-c", script], cwd: process.cwd(), stdinFile: undefined, environment: ["PATH=/usr/bin:/bin"], nice: 0,
  });
  (await runTool(tool("sleep 1000 > /dev/null & echo $! > left"), stays, watch))[Symbol.dispose]();
  for (const name of ["a", "b"]) void runTool(tool("sleep 1000 & echo $$ $! > " + name + "; wait"), stays, watch);
  writeFileSync("ready", "");
`;

test("ToolGuard ends what runs when the daemon is killed, whole groups and no others", async () => {
  using tree = fileTree({ "daemon.ts": DAEMON(tracerLibrary()) });
  const daemon = Bun.spawn([process.execPath, "daemon.ts"], { cwd: tree.path, stdout: "inherit", stderr: "inherit" });
  const names = ["left", "a", "b"];
  const pidsIn = (name: string) => (existsSync(tree.at(name)) ? tree.read(name).toString().trim().split(" ") : []);
  await until(() => existsSync(tree.at("ready")) && names.flatMap(pidsIn).filter((pid) => pid !== "").length === 5);
  const guard = guards(daemon.pid);
  expect(guard.length).toBe(1);
  daemon.kill("SIGKILL");
  await daemon.exited;
  await until(() => [...guard, ...["a", "b"].flatMap(pidsIn)].every((pid) => !isRunning(Number(pid))));
  const left = Number(pidsIn("left")[0]);
  expect(isRunning(left)).toBe(true);
  process.kill(left, "SIGKILL");
}, 600_000);

test("ToolGuard starts another guard for one that has gone or stopped to read, and tells it of all groups", async () => {
  const warnings: string[] = [];
  const log = { warn: (_component: string, text: string) => void warnings.push(text) } as unknown as Logger;
  const guard = new ToolGuard(tracerLibrary, log);
  const child = Bun.spawn(["setsid", "sleep", "1000"]);
  await until(
    () =>
      Bun.spawnSync(["ps", "-o", "pgid=", "-p", String(child.pid)])
        .stdout.toString()
        .trim() === String(child.pid),
  );
  using _watched = guard.watch(child.pid);
  const [first = 0] = guards();
  process.kill(first, "SIGKILL");
  await until(() => !isRunning(first));
  guard.watch(999_999_999)[Symbol.dispose]();
  const [second = 0] = guards();
  expect([second > 0, second === first]).toEqual([true, false]);
  process.kill(second, "SIGSTOP");
  // More than a pipe holds.
  for (let word = 0; word < 20_000; word += 1) guard.watch(999_999_999)[Symbol.dispose]();
  expect(guards()).not.toContain(second);
  expect(guards().length).toBe(1);
  expect([child.killed, isRunning(child.pid), warnings]).toEqual([false, true, []]);
  child.kill("SIGKILL");
}, 600_000);

test("ToolGuard lets tools run where there can be no guard, and says so", () => {
  const warnings: string[] = [];
  const log = { warn: (_component: string, text: string) => void warnings.push(text) } as unknown as Logger;
  const guard = new ToolGuard(() => "/nowhere/guard", log);
  guard.watch(999_999_999)[Symbol.dispose]();
  expect(warnings).toEqual([expect.stringContaining("may outlive this daemon")]);
});
