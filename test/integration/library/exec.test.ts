// GenericToolExec against the built daemon.

import { expect, test } from "bun:test";
import { rmSync, statSync } from "node:fs";
import { execScene, textOf } from "../../support/exec-scene.ts";

const PATH: [string, string] = ["PATH", "/usr/bin:/bin"];

test("GenericToolExec [protocol 14]: a miss runs the tool, the next one is a hit that starts no process", async () => {
  await using scene = await execScene();
  const tool = scene.script('cat in.txt; echo "said" >&2; exit 0');
  scene.write({ "in.txt": "one\n" });
  const fields = { input_files: ["in.txt"], env: [PATH] };
  const miss = await scene.exec(tool, fields);
  const hit = await scene.exec(tool, fields);
  expect([textOf(miss.stdout), textOf(miss.stderr), miss.exit_code, miss.cached]).toEqual([
    "one\n",
    "said\n",
    0,
    false,
  ]);
  expect([textOf(hit.stdout), textOf(hit.stderr), hit.exit_code, hit.cached]).toEqual(["one\n", "said\n", 0, true]);
  expect(hit.cache_key_hex).toBe(miss.cache_key_hex);
  expect(hit.cache_key_hex).toMatch(/^[0-9a-f]{64}$/);
  expect(miss.not_stored).toBeUndefined();
  await scene.box.stop();
  await scene.box.zccache(["start"]);
  expect((await scene.exec(tool, fields)).cached).toBe(true);
  expect(scene.starts()).toBe(1);
}, 600_000);

test("GenericToolExec [protocol 14]: changed input, variable, directory, extra, argument or tool is a miss each", async () => {
  await using scene = await execScene();
  const tool = scene.script('echo "$@"');
  scene.write({ "in.txt": "one", "sub/in.txt": "one" });
  const fields = { args: ["a", "b"], input_files: ["in.txt"], env: [PATH, ["A", "1"]] as [string, string][] };
  await scene.exec(tool, fields);
  expect((await scene.exec(tool, fields)).cached).toBe(true);
  const extra = new Uint8Array([1]);
  const others = [
    { ...fields, env: [PATH, ["A", "2"]] as [string, string][] },
    { ...fields, cwd: `${scene.cwd}/sub` },
    { ...fields, input_extra: extra },
    { ...fields, args: ["b", "a"] },
    { ...fields, output_streams: { stdout: true, stderr: false } },
    { ...fields, tool_hash: new Uint8Array(32) },
  ];
  for (const other of others) {
    expect((await scene.exec(tool, other)).cached).toBe(false);
    expect((await scene.exec(tool, other)).cached).toBe(true);
  }
  scene.write({ "in.txt": "two" });
  expect((await scene.exec(tool, fields)).cached).toBe(false);
  scene.script('echo "$@" # another');
  expect((await scene.exec(tool, fields)).cached).toBe(false);
  expect((await scene.exec(tool, fields)).cached).toBe(true);
  expect(scene.starts()).toBe(1 + others.length + 2);
}, 600_000);

test("GenericToolExec [protocol 14]: a filtered argument is not in the key but on the command line; a bad regex is an Error", async () => {
  await using scene = await execScene();
  const tool = scene.script('echo "$@"');
  const fields = { env: [PATH], key_args_filter: ["^--time=", "(?i)^-VERBOSE$"] };
  const miss = await scene.exec(tool, { ...fields, args: ["a", "--time=1", "-verbose"] });
  expect(textOf(miss.stdout)).toBe("a --time=1 -verbose\n");
  const hit = await scene.exec(tool, { ...fields, args: ["--time=2", "a"] });
  expect([hit.cached, textOf(hit.stdout)]).toEqual([true, "a --time=1 -verbose\n"]);
  const bad = scene.exec(tool, { ...fields, key_args_filter: ["(["] });
  await expect(bad).rejects.toThrow(/Cannot use key_args_filter "\(\["/);
  using client = await scene.client();
  await expect(client.ask("ListRustArtifacts", {})).resolves.toBeDefined();
}, 600_000);

test("GenericToolExec [protocol 14]: Bypass, ReadOnly and non_deterministic store nothing", async () => {
  await using scene = await execScene();
  const tool = scene.script("echo done");
  const policies = [
    { cache_policy: "Bypass" as const },
    { cache_policy: "ReadOnly" as const },
    { non_deterministic: true },
  ];
  for (const policy of [...policies, ...policies]) {
    const reply = await scene.exec(tool, { env: [PATH], ...policy });
    expect([reply.cached, textOf(reply.stdout)]).toEqual([false, "done\n"]);
  }
  expect(scene.starts()).toBe(6);
  expect((await scene.exec(tool, { env: [PATH] })).cached).toBe(false);
  expect((await scene.exec(tool, { env: [PATH], cache_policy: "ReadOnly" })).cached).toBe(true);
  expect((await scene.exec(tool, { env: [PATH], cache_policy: "Bypass" })).cached).toBe(false);
  expect((await scene.exec(tool, { env: [PATH], non_deterministic: true })).cached).toBe(false);
}, 600_000);

test("GenericToolExec [protocol 14]: an edit of a header that only the scan finds is a miss", async () => {
  await using scene = await execScene();
  const tool = scene.script("echo compiled");
  scene.write({
    "a.c": '#include "own.h"\n#include <outer.h>\n',
    "own.h": "#if 0\n#include <deep.h>\n#endif\n",
    "inc/outer.h": "",
    "sys/deep.h": "1",
  });
  const fields = {
    env: [PATH],
    include_scan_files: ["a.c"],
    include_dirs: ["inc"],
    system_include_dirs: [`${scene.cwd}/sys`],
  };
  await scene.exec(tool, fields);
  expect((await scene.exec(tool, fields)).cached).toBe(true);
  for (const files of [{ "sys/deep.h": "2" }, { "inc/deep.h": "before" }, { "a.c": '#include "own.h"\n' }]) {
    scene.write(files as Record<string, string>);
    expect((await scene.exec(tool, fields)).cached).toBe(false);
    expect((await scene.exec(tool, fields)).cached).toBe(true);
  }
}, 600_000);

test("GenericToolExec [protocol 14]: with a depfile the second run hits; a listed file edited or deleted is a miss", async () => {
  await using scene = await execScene();
  const tool = scene.script('echo "out.o: dep\\ one.h \\\\\n  b.h" > out.d; echo made > out.o; exit $1');
  scene.write({ "dep one.h": "1", "b.h": "1" });
  const fields = { env: [PATH], args: ["0"], depfile: "out.d", output_files: ["out.o"] };
  await scene.exec(tool, fields);
  rmSync(`${scene.cwd}/out.d`);
  const hit = await scene.exec(tool, fields);
  expect([hit.cached, hit.output_files.map(({ name }) => name)]).toEqual([true, ["out.o"]]);
  expect(scene.read("out.d")).toContain("dep\\ one.h");
  scene.write({ "dep one.h": "2" });
  expect((await scene.exec(tool, fields)).cached).toBe(false);
  expect((await scene.exec(tool, fields)).cached).toBe(true);
  rmSync(`${scene.cwd}/b.h`);
  const without = await scene.exec(tool, fields);
  expect([without.cached, without.not_stored]).toEqual([false, expect.stringContaining("b.h")]);
  expect((await scene.exec(tool, fields)).cached).toBe(false);
  // A failure with a depfile is not kept, what is no depfile neither.
  scene.write({ "b.h": "1" });
  for (let time = 0; time < 2; time++) expect((await scene.exec(tool, { ...fields, args: ["3"] })).cached).toBe(false);
  const broken = scene.script("echo nonsense > out.d", "broken");
  for (let time = 0; time < 2; time++) {
    const reply = await scene.exec(broken, { env: [PATH], depfile: "out.d" });
    expect([reply.cached, reply.not_stored]).toEqual([false, "depfile-unusable: it is no depfile"]);
  }
}, 600_000);

test("GenericToolExec [protocol 14]: outputs come back byte for byte with their modes; a missing one is not stored", async () => {
  await using scene = await execScene();
  const tool = scene.script(
    "printf 'a\\0b' > out.bin; echo run > out.sh; chmod 750 out.sh; rm -f ../far; echo far > ../far",
  );
  const fields = { env: [PATH], output_files: ["out.bin", "out.sh", "../far"] };
  const miss = await scene.exec(tool, fields);
  for (const name of fields.output_files) rmSync(`${scene.cwd}/${name}`);
  const hit = await scene.exec(tool, fields);
  expect(hit.cached).toBe(true);
  expect(scene.read("out.bin")).toBe("a\0b");
  expect(statSync(`${scene.cwd}/out.sh`).mode & 0o7777).toBe(0o750);
  expect(scene.read("../far")).toBe("far\n");
  expect(hit.output_files).toEqual(miss.output_files);
  expect(hit.output_files.map(({ name }) => name)).toEqual(fields.output_files);
  for (let time = 0; time < 2; time++) {
    const reply = await scene.exec(tool, { env: [PATH], output_files: ["out.bin", "none"] });
    expect([reply.cached, reply.not_stored]).toEqual([false, "output-missing: none"]);
    expect(reply.output_files.map(({ name }) => name)).toEqual(["out.bin"]);
  }
  const { daemon } = JSON.parse((await scene.box.zccache(["status", "--json"])).stdout);
  expect(daemon).toMatchObject({ exec_hits: 1, exec_misses: 3, non_cacheable_reasons: { "output-missing": 2 } });
}, 600_000);

test("GenericToolExec [protocol 14]: exit code 3 is replayed", async () => {
  await using scene = await execScene();
  const tool = scene.script("echo no >&2; exit 3");
  const miss = await scene.exec(tool, { env: [PATH] });
  const hit = await scene.exec(tool, { env: [PATH] });
  expect([miss.exit_code, miss.cached]).toEqual([3, false]);
  expect([hit.exit_code, hit.cached, textOf(hit.stderr)]).toEqual([3, true, "no\n"]);
}, 600_000);

test("GenericToolExec [protocol 14]: 20 equal requests at once start the tool once", async () => {
  await using scene = await execScene();
  const tool = scene.script("sleep 0.5; echo slow > out");
  const all = Array.from({ length: 20 }, () => scene.exec(tool, { env: [PATH], output_files: ["out"] }));
  const replies = await Promise.all(all);
  expect(scene.starts()).toBe(1);
  expect(replies.filter(({ cached }) => !cached)).toHaveLength(1);
  for (const { output_files } of replies) expect(output_files).toEqual(replies[0]?.output_files ?? []);
}, 600_000);

test("GenericToolExec runs its own after ZCCACHE_EXEC_COALESCE_WAIT_MS", async () => {
  await using scene = await execScene({ ZCCACHE_EXEC_COALESCE_WAIT_MS: "100" });
  const tool = scene.script("sleep 1; echo slow");
  const replies = await Promise.all([scene.exec(tool, { env: [PATH] }), scene.exec(tool, { env: [PATH] })]);
  expect(replies.map(({ cached }) => cached)).toEqual([false, false]);
  expect(scene.starts()).toBe(2);
}, 600_000);
