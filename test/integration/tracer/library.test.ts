// The tracer's own file: wherever the cache is and whatever happens to the file, a compile says and makes what it does
// bare, and only what was traced in full is stored.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { VERSION } from "../../../src/core/version.ts";
import { titled } from "../../support/missing.ts";
import { type Finished, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { traceRun, tracerLibrary } from "../../support/trace-run.ts";

setDefaultTimeout(600_000);

const mounts = spawnSync("unshare", ["-m", "true"]).status === 0 ? undefined : "no mount namespaces";

type Counts = { readonly cache_hits: number; readonly cache_misses: number };
type Options = { readonly env?: Record<string, string>; readonly before?: string; readonly after?: string };

/** A sandbox with sources, one of which cannot be compiled. */
function scene(): Sandbox {
  const box = sandbox();
  box.tree.write({ "a.c": "int f(int x) { return x; }\n", "bad.c": "int f(\n" });
  return box;
}

/**
 * Compiles twice with a daemon of its own, with the shell's commands `before` in the same mount namespace and `after` while
 * the daemon still runs, and expects what bare gcc does. @returns the daemon's counts.
 */
async function compileTwice(box: Sandbox, { env = {}, before = "", after = ":" }: Options): Promise<Counts> {
  const variables = { ...box.env, ...env };
  const [bare, failed] = [await gcc(box, "a.c"), await gcc(box, "bad.c")];
  expect([bare.exitCode, failed.exitCode]).toEqual([0, 1]);
  const object = box.tree.read("a.o");
  rmSync(box.tree.at("a.o"));
  const zcc = (what: string) => `${box.binary} ${what}`;
  const script = [
    before || ":",
    `${zcc("gcc -c a.c")} >out 2>err || exit 2`,
    "mv a.o first.o",
    `${zcc("gcc -c a.c")} >>out 2>>err || exit 3`,
    `${zcc("gcc -c bad.c")} >bad.out 2>bad.err`,
    "echo $? >bad.exit",
    `${zcc("status --json")} >status`,
    after,
    zcc("stop >/dev/null"),
  ].join("\n");
  const shell = ["/bin/sh", "-c", script];
  const command = before === "" ? shell : ["unshare", "-m", "--propagation", "private", ...shell];
  const result = await run(command, { env: variables, cwd: box.tree.path });
  expect(result).toMatchObject({ exitCode: 0, stderr: "" });
  const text = (name: string) => box.tree.read(name).toString();
  expect([text("out"), text("err"), text("bad.out"), text("bad.exit")]).toEqual(["", "", "", "1\n"]);
  expect(text("bad.err")).toBe(failed.stderr);
  for (const name of ["first.o", "a.o"]) expect(box.tree.read(name).equals(object)).toBe(true);
  return JSON.parse(text("status")).daemon ?? { cache_hits: 0, cache_misses: 0 };
}

function gcc(box: Sandbox, source: string): Promise<Finished> {
  return run(["gcc", "-c", source], { env: box.env, cwd: box.tree.path });
}

describe("a cache directory with", () => {
  test.each([
    ["a blank", "with blank"],
    ["a newline", "with\nnewline"],
    ["a tab", "with\ttab"],
    ["a colon", "with:colon"],
    ["a token of the loader", "with$LIB"],
    ["a quote and a byte above 127", "with'é"],
  ])("%s in its name holds results as any other", async (_what, name) => {
    await using box = scene();
    const env = { ZCCACHE_CACHE_DIR: box.tree.at(name) };
    // The trial of the compiler goes on behind its first results.
    const after = `for n in $(seq 200); do test -e "$ZCCACHE_CACHE_DIR/v${VERSION}/tool-trials.json" && break; sleep 0.1; done`;
    expect(await compileTwice(box, { env, after })).toMatchObject({ cache_hits: 1 });
    expect(readdirSync(box.tree.at(`${name}/v${VERSION}`))).toContain("tool-trials.json");
  });
});

describe("a compile is what it is bare, and a hit the second time,", () => {
  const noexec = (directory: string) => `mkdir -p ${directory}; mount -t tmpfs -o noexec,mode=700 x ${directory}`;

  test.skipIf(mounts !== undefined)(titled("where the cache directory is noexec", mounts), async () => {
    await using box = scene();
    expect(await compileTwice(box, { before: noexec("cache") })).toMatchObject({ cache_hits: 1 });
  });

  test.skipIf(mounts !== undefined)(titled("where /dev/shm is full", mounts), async () => {
    await using box = scene();
    const before = "mount -t tmpfs -o size=4k x /dev/shm; head -c 100000 /dev/zero >/dev/shm/all 2>/dev/null";
    expect(await compileTwice(box, { before })).toMatchObject({ cache_hits: 1 });
  });
});

test.skipIf(mounts !== undefined)(
  titled("where no place can hold the tracer, a compile is what it is bare", mounts),
  async () => {
    await using box = scene();
    const directories = ["cache", `/tmp/zccache-${process.getuid?.()}`];
    const before = directories.map((path) => `mkdir -p -m 700 ${path}; mount -t tmpfs -o noexec,mode=700 x ${path}`);
    expect(await compileTwice(box, { before: before.join("; ") })).toMatchObject({ cache_hits: 0, cache_misses: 0 });
  },
);

describe("the tracer's file in the midst of a run:", () => {
  test.each([
    ["removed", "rm -f tracer.so"],
    ["replaced", "rm -f tracer.so; echo garbage >tracer.so"],
  ])("%s, it is not handed on to the rest of the tree, and the trace is incomplete", (_what, harm) => {
    using tree = scene().tree;
    expect(spawnSync("cp", [tracerLibrary(), tree.at("tracer.so")]).status).toBe(0);
    const script = `${harm}; gcc -c a.c; gcc -c bad.c 2>err`;
    const { outcome, observation } = traceRun(["/bin/sh", "-c", script], {
      cwd: tree.path,
      library: tree.at("tracer.so"),
    });
    expect(outcome).toEqual({ exitCode: 1, signal: undefined, stdout: "", stderr: "" });
    expect(tree.read("err").toString()).not.toContain("ld.so");
    expect(observation.incomplete).toBe("records lost");
    expect(statSync(tree.at("a.o")).size).toBeGreaterThan(0);
  });

  test("removed, nothing is said or stored, and the next run has it again", async () => {
    await using box = scene();
    mkdirSync(box.tree.at("bin"));
    // Expanded when it runs: the daemon has put the file there by then.
    box.tree.write({ "bin/gcc": `#!/bin/sh\nrm -f ${box.cache}/v*/tracer/*.so\nexec /usr/bin/gcc "$@"\n` });
    chmodSync(box.tree.at("bin/gcc"), 0o755);
    const compile = async (path: string) => {
      const env = { ...box.env, PATH: path };
      const result = await run([box.binary, "gcc", "-c", "a.c"], { env, cwd: box.tree.path });
      expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    };
    const path = box.env["PATH"] ?? "";
    await compile(`${box.tree.at("bin")}:${path}`);
    for (const _turn of [1, 2]) await compile(path);
    const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
    expect(daemon).toMatchObject({ cache_hits: 1, cache_misses: 1, non_cacheable_reasons: { untraceable: 1 } });
    expect(daemon.untraceable_tools).toEqual([]);
  });
});
