import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { digestFile } from "../../../src/key/digest-file.ts";
import { digestObject } from "../../../src/store/digest-object.ts";
import { xxh64 } from "../../../src/sys/xxh64.ts";
import { createTraceBuffer } from "../../../src/tracer/buffer.ts";
import { observe } from "../../../src/tracer/observe.ts";
import { OPEN } from "../../../src/tracer/record-format.ts";
import { copyIn, digestIn, hashIn, observeIn } from "../../../src/workers/offload.ts";
import { createPool } from "../../../src/workers/pool.ts";
import { repository } from "../../support/built-binary.ts";
import { fileTree } from "../../support/file-tree.ts";
import { digestOf } from "../../support/store-samples.ts";
import { until } from "../../support/until.ts";
import { START } from "../tracer/observe-records.ts";
import { type HandMade, traceBytes } from "../tracer/trace-bytes.ts";

describe("createPool()", () => {
  test("hashes, digests and copies as this thread would", async () => {
    using tree = fileTree({ "a.h": "other" });
    await using pool = createPool(2);
    const many = Array.from({ length: 100 }, () => [tree.at("a.h"), tree.at("none"), tree.path]).flat();
    const readings = await hashIn(pool)(many);
    expect(readings).toEqual(many.map(digestFile));
    expect(readings.slice(0, 3).map(({ outcome }) => outcome)).toEqual([digestOf("other"), "ENOENT", "EINVAL"]);
    for (const bytes of [5, 1 << 20]) {
      expect(await digestIn(pool)(tree.at("a.h"), bytes)).toEqual(digestObject(tree.at("a.h")));
    }
    const copy = { from: tree.at("a.h"), to: tree.at("b.h"), size: 5, check: xxh64(Buffer.from("other")), mode: 0o640 };
    await copyIn(pool)({ ...copy, share: false });
    expect([tree.read("b.h").toString(), statSync(tree.at("b.h")).mode & 0o777]).toEqual(["other", 0o640]);
  });

  // One that is read in this thread, and one that a worker reads.
  test.each([
    { count: 1000, widths: [0, 80] },
    { count: 3000, widths: [] },
  ])("reads a trace as this thread would, and does so itself without workers: %j", async ({ count, widths }) => {
    const records = Array.from({ length: count }, (_, at): HandMade => {
      return { kind: "open", flags: OPEN.read, text: `/usr/include/${"x".repeat(60)}/${at}.h` };
    });
    using buffer = createTraceBuffer();
    const bytes = traceBytes([START, ...records]);
    writeSync(buffer.fd, bytes, 0, bytes.length, 0);
    const options = { cwd: "/w", tool: "/usr/bin/cc", widths };
    const trace = { bytes: buffer.read(), fd: buffer.fd };
    const expected = observe(trace.bytes, options);
    await using pool = createPool(1);
    expect(await observeIn(pool)(trace, options)).toEqual(expected);
    await using none = createPool(0);
    expect(await observeIn(none)(trace, options)).toEqual(expected);
    expect([expected.looks.length, expected.incomplete]).toEqual([count + 2, undefined]);
  });

  test("rejects with the job's own code", async () => {
    using tree = fileTree({ "a.h": "other" });
    await using pool = createPool(1);
    const copy = {
      from: tree.at("a.h"),
      to: tree.at("b.h"),
      size: 5,
      check: "0".repeat(16),
      mode: 0o640,
      share: false,
    };
    await expect(copyIn(pool)(copy)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    await expect(copyIn(pool)({ ...copy, check: xxh64(Buffer.from("other")) })).rejects.toMatchObject({ code: "IO" });
  });

  test.each(["throw new Error('boom')", "process.exit(3)"])(
    "replaces a worker that dies by %s, and rejects its jobs",
    async (end) => {
      using tree = fileTree({
        "w.ts": `self.onmessage = ({ data: { id, input } }) => {
        if (input.path === "die") ${end};
        postMessage({ id, kind: "done", output: { digest: input.path } });
      };`,
      });
      await using pool = createPool(1, tree.at("w.ts"));
      for (let i = 0; i < 12; i++) {
        expect(await pool.run("digest", { path: "live" })).toMatchObject({ digest: "live" });
        await expect(pool.run("digest", { path: "die" })).rejects.toMatchObject({ code: "WORKER" });
      }
      expect(pool.size).toBe(1);
    },
  );

  test("gives up workers that never start, and says so at once", async () => {
    using tree = fileTree({ "w.ts": "throw new Error('never');" });
    await using pool = createPool(1, tree.at("w.ts"));
    await until(() => pool.size === 0, "the workers to be given up");
    await expect(pool.run("digest", { path: "x" })).rejects.toMatchObject({ code: "WORKER" });
    expect(await digestIn(pool)(tree.at("w.ts"), 1 << 20)).toEqual(digestObject(tree.at("w.ts")));
  });

  test("idle workers do not keep the process alive, busy ones do", () => {
    using tree = fileTree();
    tree.write({
      "main.ts": `import { digestFile } from "../../../src/key/digest-file.ts";
import { createPool } from ${JSON.stringify(join(repository, "src/workers/pool.ts"))};
        const { outcomes } = await createPool(2).run("hash", { paths: "/nonexistent" });
        process.stdout.write(outcomes);`,
    });
    const { stdout, status } = spawnSync(process.execPath, [tree.at("main.ts")], {
      timeout: 120_000,
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([0, "ENOENT"]);
  });
});

describe("workerUrl()", () => {
  test("leads to the worker inside an executable that is built as build.ts does", async () => {
    using tree = fileTree();
    tree.write({
      "src/main.ts": `const { createPool } = await import(${JSON.stringify(join(repository, "src/workers/pool.ts"))});
        const { outcomes } = await createPool(1).run("hash", { paths: "/nonexistent" });
        process.stdout.write(outcomes + " " + Bun.isStandaloneExecutable);`,
    });
    const built = await Bun.build({
      entrypoints: [tree.at("src/main.ts"), join(repository, "src/workers/worker.ts")],
      root: join(repository, "src"),
      target: "bun",
      format: "esm",
      minify: true,
      bytecode: true,
      splitting: true,
      compile: { outfile: tree.at("out"), autoloadDotenv: false, autoloadBunfig: false },
    });
    expect(built.success).toBeTrue();
    const { stdout, status } = spawnSync(tree.at("out"), [], { cwd: "/", timeout: 120_000, encoding: "utf8" });
    expect([status, stdout]).toEqual([0, "ENOENT true"]);
  });
});
