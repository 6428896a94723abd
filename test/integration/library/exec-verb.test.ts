// zccache exec against the built daemon. A script that shows its process id says the same again only if it was no run.

import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, utimesSync } from "node:fs";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

/** Runs `zccache exec` in a directory below the sandbox. */
async function exec(
  box: Sandbox,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
) {
  const cwd = box.tree.at(options.cwd ?? "work");
  mkdirSync(cwd, { recursive: true });
  return await run([box.binary, "exec", ...args], { cwd: realpathSync(cwd), env: { ...box.env, ...options.env } });
}

test("zccache exec [protocol 14]: without declarations inputs and outputs come from the trace, and a hit is no run", async () => {
  await using box = sandbox();
  box.tree.write({ "work/in.txt": "one\n" });
  const script = "mkdir -p d/e; cat in.txt > d/e/out; echo x > run.sh; chmod 755 run.sh; echo $$; echo err >&2; exit 3";
  const miss = await exec(box, ["--", "sh", "-c", script]);
  rmSync(box.tree.at("work/d"), { recursive: true });
  rmSync(box.tree.at("work/run.sh"));
  const hit = await exec(box, ["--", "sh", "-c", script]);
  expect([miss.exitCode, miss.stderr]).toEqual([3, "err\n"]);
  expect([hit.exitCode, hit.stdout, hit.stderr]).toEqual([3, miss.stdout, "err\n"]);
  expect(box.tree.read("work/d/e/out").toString()).toBe("one\n");
  expect(statSync(box.tree.at("work/run.sh")).mode & 0o777).toBe(0o755);
  box.tree.write({ "work/in.txt": "two\n" });
  const edited = await exec(box, ["--", "sh", "-c", script]);
  expect(edited.stdout).not.toBe(miss.stdout);
  expect(box.tree.read("work/d/e/out").toString()).toBe("two\n");
}, 600_000);

test("zccache exec runs again what leaves more than new files below its directory, or asks for the date", async () => {
  await using box = sandbox();
  box.tree.write({ "work/kept": "" });
  for (const script of [
    "echo $$ | tee ../outside",
    "echo $$ | tee -a kept",
    "echo $$; mkdir -p empty; rmdir empty; mkdir empty",
    "echo $$; ln -sf kept link",
    "echo $$; date > /dev/null",
  ]) {
    const [one, other] = [await exec(box, ["--", "sh", "-c", script]), await exec(box, ["--", "sh", "-c", script])];
    expect([one.exitCode, other.exitCode]).toEqual([0, 0]);
    expect(one.stdout, script).not.toBe(other.stdout);
  }
}, 600_000);

test("zccache exec without declarations takes times and modes of files for inputs", async () => {
  await using box = sandbox();
  box.tree.write({ "work/in.txt": "1" });
  const path = box.tree.at("work/in.txt");
  chmodSync(path, 0o644);
  const archive = async () => {
    rmSync(box.tree.at("work/out.tar"), { force: true });
    await exec(box, ["--", "tar", "cf", "out.tar", "in.txt"]);
    const bare = await run(["tar", "cf", "-", "in.txt"], { cwd: box.tree.at("work") });
    expect(box.tree.read("work/out.tar").toString()).toBe(bare.stdout);
  };
  await archive();
  await archive();
  utimesSync(path, 1000, 1000);
  await archive();
  chmodSync(path, 0o755);
  await archive();
}, 600_000);

test("zccache exec with declared outputs puts back these and does not mind others", async () => {
  await using box = sandbox();
  const args = ["--output-file=out", "--", "sh", "-c", "echo $$ | tee -a ../log > out; date >> ../log"];
  await exec(box, args);
  const first = box.tree.read("work/out").toString();
  rmSync(box.tree.at("work/out"));
  await exec(box, args);
  expect(box.tree.read("work/out").toString()).toBe(first);
}, 600_000);

test("zccache exec keeps to its flags: inputs, variables, extra, filter, cwd, depfile, tool hash, no cache", async () => {
  await using box = sandbox();
  box.tree.write({
    "work/a.in": "1",
    "work/list": "a.in\n\n",
    "work/a.c": "#include <h.h>\n",
    "work/inc/h.h": "1",
    "other/a.in": "1",
  });
  const tool = ["--", "sh", "-c", "echo $$ $A"];
  const said = async (flags: string[], options = {}) => (await exec(box, [...flags, ...tool], options)).stdout;
  const scan = ["--include-scan", "a.c", "--include-dir", "inc"];
  for (const [flags, change] of [
    [["--input-file", "a.in"], "a.in"],
    [["--input-file-list", "list"], "a.in"],
    [scan, "inc/h.h"],
  ] as const) {
    const first = await said([...flags]);
    expect(await said([...flags])).toBe(first);
    box.tree.write({ [`work/${change}`]: `${box.tree.read(`work/${change}`)}!` });
    expect(await said([...flags])).not.toBe(first);
  }
  const named = ["--input-env", "A"];
  expect(await said(named, { env: { A: "a", B: "1" } })).toBe(await said(named, { env: { A: "a", B: "2" } }));
  expect(await said(named, { env: { A: "a" } })).not.toBe(await said(named, { env: { A: "b" } }));
  expect(await said(["--input-extra", "1"])).not.toBe(await said(["--input-extra", "2"]));
  expect(await said(["--no-cwd-in-key"])).toBe(await said(["--no-cwd-in-key"], { cwd: "other" }));
  expect(await said([])).not.toBe(await said([], { cwd: "other" }));
  expect(await said(["--no-cache"])).not.toBe(await said(["--no-cache"]));
  expect(await said(["--non-deterministic"])).not.toBe(await said(["--non-deterministic"]));
  expect(await said(["--tool-hash", "ab".repeat(32)])).not.toBe(await said([]));
  expect(await said(["--output-stdout=false"])).toBe("");
  const filtered = (last: string) => exec(box, ["--key-args-filter=^--t=", ...tool, "x", last]);
  expect((await filtered("--t=1")).stdout).toBe((await filtered("--t=2")).stdout);
}, 600_000);

test("zccache exec --depfile takes what is listed for inputs", async () => {
  await using box = sandbox();
  box.tree.write({ "work/listed": "1" });
  const args = ["--depfile", "out.d", "--", "sh", "-c", "echo 'out: listed' > out.d; echo $$"];
  const first = (await exec(box, args)).stdout;
  expect((await exec(box, args)).stdout).toBe(first);
  box.tree.write({ "work/listed": "2" });
  expect((await exec(box, args)).stdout).not.toBe(first);
}, 600_000);

test("zccache exec gives the tool its standard input where there is any, and runs it as it is then", async () => {
  await using box = sandbox();
  const shell = (line: string) => run(["sh", "-c", line, "sh", box.binary], { cwd: box.tree.path, env: box.env });
  expect((await shell('echo data | "$1" exec -- cat')).stdout).toBe("data\n");
  expect((await shell('(sleep 0.3; echo late) | "$1" exec -- cat')).stdout).toBe("late\n");
  box.tree.write({ "in.txt": "file\n" });
  expect((await shell('"$1" exec -- cat < in.txt')).stdout).toBe("file\n");
  const listed = 'echo in.txt | "$1" exec --input-file-stdin -- sh -c "echo \\$\\$"';
  const first = await shell(listed);
  expect((await shell(listed)).stdout).toBe(first.stdout);
  box.tree.write({ "in.txt": "other\n" });
  expect((await shell(listed)).stdout).not.toBe(first.stdout);
}, 600_000);

test("zccache exec hands on bytes that are no text, and modes as the caller's umask has them", async () => {
  await using box = sandbox();
  const shell = (line: string) => run(["sh", "-c", line, "sh", box.binary], { cwd: box.tree.path, env: box.env });
  const line = `"$1" exec -- printf "%s" "$(printf '\\377')" > out`;
  for (let time = 0; time < 2; time++) {
    expect((await shell(line)).exitCode).toBe(0);
    expect([...readFileSync(box.tree.at("out"))]).toEqual([255]);
  }
  for (let time = 0; time < 2; time++) {
    await shell('umask 077; rm -f made; "$1" exec -- sh -c "echo > made"');
    expect(statSync(box.tree.at("made")).mode & 0o777).toBe(0o600);
  }
}, 600_000);

test("zccache exec without a daemon, with one that dies and with one that cannot start the tool runs it directly", async () => {
  await using box = sandbox();
  const alone = await exec(box, ["--", "sh", "-c", "echo alone; exit 4"], { env: { ZCCACHE_NO_SPAWN: "1" } });
  expect([alone.exitCode, alone.stdout]).toEqual([4, "alone\n"]);
  expect(box.daemons()).toEqual([]);
  await box.zccache(["start"]);
  const long = exec(box, ["--", "sh", "-c", "sleep 1; echo done"]);
  await Bun.sleep(500);
  for (const pid of box.daemons()) process.kill(pid, "SIGKILL");
  expect((await long).stdout).toBe("done\n");
  box.tree.write({ "work/plain": "echo no interpreter line\n" });
  await run(["chmod", "755", box.tree.at("work/plain")]);
  expect((await exec(box, ["--", "./plain"])).stdout).toBe("no interpreter line\n");
}, 600_000);

test("zccache exec does not wait for a daemon that hangs", async () => {
  await using box = sandbox();
  await box.zccache(["start"]);
  const long = exec(box, ["--", "sh", "-c", "sleep 1; echo done"]);
  await Bun.sleep(400);
  const [pid = 0] = box.daemons();
  process.kill(pid, "SIGSTOP");
  try {
    expect((await long).stdout).toBe("done\n");
  } finally {
    process.kill(pid, "SIGCONT");
  }
}, 600_000);

test("zccache exec ends as the tool did, with 127 where there is none and 2 where it is used wrongly", async () => {
  await using box = sandbox();
  expect((await exec(box, ["--", "sh", "-c", "kill -9 $$"])).exitCode).toBe(137);
  const missing = await exec(box, ["--", "no-such-tool"]);
  expect([missing.exitCode, missing.stderr]).toEqual([127, 'zccache: cannot find "no-such-tool"\n']);
  for (const args of [
    [],
    ["--"],
    ["sh", "-c", "true"],
    ["--no-such-flag", "--", "true"],
    ["--tool-hash", "abc", "--", "true"],
    ["--input-file"],
    ["--input-file", "none", "--", "true"],
    ["--input-file-list", "none", "--", "true"],
    ["--include-scan", "none", "--", "true"],
    ["--key-args-filter", "([", "--", "true"],
    ["--depfile=a", "--depfile=b", "--", "true"],
    ["--output-stdout=maybe", "--", "true"],
  ]) {
    const { exitCode, stderr } = await exec(box, args);
    expect([args, exitCode]).toEqual([args, 2]);
    expect(stderr).toMatch(/^zccache: Cannot .+\n$/);
  }
  expect((await exec(box, ["--help"])).stdout).toContain("--output-file <file>");
}, 600_000);
