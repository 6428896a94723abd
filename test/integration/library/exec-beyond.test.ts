// What GenericToolExec does beyond what is declared: undeclared inputs, odd places, large streams, clients that leave.

import { expect, test } from "bun:test";
import { existsSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { processesWith } from "../../faults/job.ts";
import { execScene, textOf } from "../../support/exec-scene.ts";
import { until } from "../../support/until.ts";

const PATH: [string, string] = ["PATH", "/usr/bin:/bin"];

test("GenericToolExec takes undeclared inputs from the trace: edited, removed and newly found ones are misses", async () => {
  await using scene = await execScene();
  const tool = scene.script("cat first.txt second.txt 2>/dev/null; exit 0");
  scene.write({ "second.txt": "2\n" });
  await scene.exec(tool, { env: [PATH] });
  expect((await scene.exec(tool, { env: [PATH] })).cached).toBe(true);
  scene.write({ "second.txt": "two\n" });
  const edited = await scene.exec(tool, { env: [PATH] });
  expect([edited.cached, textOf(edited.stdout)]).toEqual([false, "two\n"]);
  scene.write({ "first.txt": "1\n" });
  const found = await scene.exec(tool, { env: [PATH] });
  expect([found.cached, textOf(found.stdout)]).toEqual([false, "1\ntwo\n"]);
  rmSync(`${scene.cwd}/first.txt`);
  const back = await scene.exec(tool, { env: [PATH] });
  expect([back.cached, textOf(back.stdout)]).toEqual([true, "two\n"]);
}, 600_000);

test("GenericToolExec with cwd_in_key false gives a result in another directory, unless inputs differ there", async () => {
  await using scene = await execScene();
  const tool = scene.script('cat in.txt; cat "$(pwd)/other.txt"; cat "$(pwd)/../up.txt" 2>/dev/null; exit 0');
  scene.write({ "a/in.txt": "1\n", "a/other.txt": "x\n", "b/in.txt": "1\n", "b/other.txt": "x\n" });
  const fields = { env: [PATH], cwd_in_key: false };
  await scene.exec(tool, { ...fields, cwd: `${scene.cwd}/a` });
  expect((await scene.exec(tool, { ...fields, cwd: `${scene.cwd}/b` })).cached).toBe(true);
  scene.write({ "b/other.txt": "y\n" });
  const other = await scene.exec(tool, { ...fields, cwd: `${scene.cwd}/b` });
  expect([other.cached, textOf(other.stdout)]).toEqual([false, "1\ny\n"]);
  scene.write({ "c/d/in.txt": "1\n", "c/d/other.txt": "y\n", "c/up.txt": "up\n" });
  const deeper = await scene.exec(tool, { ...fields, cwd: `${scene.cwd}/c/d` });
  expect([deeper.cached, textOf(deeper.stdout)]).toEqual([false, "1\ny\nup\n"]);
}, 600_000);

test("GenericToolExec refuses what it cannot do, each with an Error that names it", async () => {
  await using scene = await execScene();
  const tool = scene.script("true");
  const errors: [string, Parameters<typeof scene.exec>[1], RegExp][] = [
    ["tool", {}, /Cannot use tool "tool": it is not absolute/],
    ["/no/such/tool", {}, /Cannot read "\/no\/such\/tool": it is not there/],
    [tool, { cwd: "." }, /Cannot use cwd/],
    [
      tool,
      { cwd: "/no/such/directory", env: [PATH] },
      /Cannot start ".*tool": "\/no\/such\/directory" is no directory/,
    ],
    [`${scene.cwd}/.keep`, { env: [PATH] }, /Cannot start ".*\.keep": EACCES/],
    [tool, { input_files: ["gone.txt"] }, /Cannot read "gone.txt"/],
    [tool, { include_scan_files: ["gone.c"] }, /Cannot read "gone.c"/],
  ];
  for (const [path, fields, message] of errors) await expect(scene.exec(path, fields)).rejects.toThrow(message);
  expect(scene.starts()).toBe(0);
}, 600_000);

test("GenericToolExec leaves a link in the place of an output to the tool", async () => {
  await using scene = await execScene();
  const tool = scene.script("echo made > out");
  const fields = { env: [PATH], output_files: ["out"] };
  await scene.exec(tool, fields);
  rmSync(`${scene.cwd}/out`);
  symlinkSync("target", `${scene.cwd}/out`);
  expect((await scene.exec(tool, fields)).cached).toBe(false);
  expect(scene.read("target")).toBe("made\n");
}, 600_000);

test("GenericToolExec does not store more than 16 MiB of a stream, and gives large ones as files", async () => {
  await using scene = await execScene();
  const tool = scene.script('head -c "$1" /dev/zero');
  for (const [bytes, isStored] of [
    [17 << 20, false],
    [16 << 20, true],
  ] as const) {
    const args = [String(bytes)];
    const miss = await scene.exec(tool, { env: [PATH], args });
    const again = await scene.exec(tool, { env: [PATH], args });
    expect([miss.not_stored === undefined, again.cached]).toEqual([isStored, isStored]);
    for (const { stdout, stdout_file = "" } of [miss, again]) {
      expect([stdout.length, existsSync(stdout_file) && statSync(stdout_file).size]).toEqual([0, bytes]);
    }
  }
}, 600_000);

test("GenericToolExec keeps back streams that are not asked for", async () => {
  await using scene = await execScene();
  const tool = scene.script("echo out; echo err >&2");
  const fields = { env: [PATH], output_streams: { stdout: false, stderr: true } };
  for (const cached of [false, true]) {
    const reply = await scene.exec(tool, fields);
    expect([reply.cached, textOf(reply.stdout), textOf(reply.stderr)]).toEqual([cached, "", "err\n"]);
  }
}, 600_000);

test("GenericToolExec does not store what shows by what it was traced, and does not trace it again", async () => {
  await using scene = await execScene();
  // What the kernel keeps of the block that a program was started with.
  const fields = { args: ["/proc/self/environ"], env: [PATH] };
  const first = await scene.exec("/usr/bin/cat", fields);
  expect([first.cached, first.not_stored]).toEqual([false, "shows-tracer: in a stream"]);
  const again = await scene.exec("/usr/bin/cat", fields);
  expect([again.cached, textOf(again.stdout)]).toEqual([false, "PATH=/usr/bin:/bin\0"]);
}, 600_000);

test("GenericToolExec gives a tool that lists its environment no variable of ours, and stores what it says", async () => {
  await using scene = await execScene();
  const list = scene.script("env; (exec env -i A=1 env); awk 'BEGIN { system(\"env\") }'");
  for (const tool of ["/usr/bin/env", list]) {
    const first = await scene.exec(tool, { env: [PATH] });
    expect([first.cached, first.not_stored]).toEqual([false, undefined]);
    expect(textOf(first.stdout)).not.toMatch(/ZCC|LD_PRELOAD/);
    const again = await scene.exec(tool, { env: [PATH] });
    expect([again.cached, textOf(again.stdout)]).toEqual([true, textOf(first.stdout)]);
  }
}, 600_000);

test("GenericToolExec ends its tool when the client goes away, and stores nothing of it", async () => {
  await using scene = await execScene();
  const tool = scene.script("while [ ! -e go ]; do sleep 0.1; done; echo late > late");
  const client = await scene.client();
  const asked = scene.ask(client, tool, { env: [PATH], output_files: ["late"] });
  await until(() => scene.starts() > 0, "the tool to start");
  client[Symbol.dispose]();
  await expect(asked).rejects.toThrow();
  await until(() => processesWith(tool).length === 0, "the tool to end");
  expect(existsSync(`${scene.cwd}/late`)).toBe(false);
  writeFileSync(`${scene.cwd}/go`, "");
  expect((await scene.exec(tool, { env: [PATH], output_files: ["late"] })).cached).toBe(false);
}, 600_000);
