import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { DepGraph } from "../../../src/daemon/depgraph.ts";
import { startUpWarnings } from "../../../src/daemon/start-up-warnings.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { KnownContents } from "../../../src/key/known-contents.ts";
import type { readBoot } from "../../../src/key/stamp-scope.ts";
import { watchStates } from "../../../src/key/watched-states.ts";
import { checkImage, readBlock } from "../../../src/store/depgraph-file.ts";
import { decodeRecords, type ImageHead, type ImageRecord } from "../../../src/store/depgraph-image.ts";
import { createLogger } from "../../../src/sys/log.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { doJob, type JobRequest } from "../../../src/workers/jobs.ts";
import type { Pool } from "../../../src/workers/pool.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { headFor, recordOf, writeRecords } from "../../support/graph-records.ts";
import { until } from "../../support/until.ts";

type LifeOptions = { enabled?: boolean; watched?: boolean; gate?: Promise<void>; readBoot?: typeof readBoot };

/** What one daemon with this state directory has of it. Files look an hour old, so that contents are remembered at once. */
function life(state: string, { enabled = true, watched = true, gate = Promise.resolve(), ...rest }: LifeOptions = {}) {
  const lines: string[] = [];
  const log = createLogger({ level: "info", write: (line) => lines.push(line) });
  const warnings = startUpWarnings(log);
  const contents = new KnownContents();
  const looking = createFileStates({ contents, now: () => BigInt(Date.now() + 3_600_000) * 1_000_000n });
  const watch = watched ? openWatch([tmpdir()]) : undefined;
  const graph = new DepGraph(
    { state, enabled },
    {
      contents,
      files: looking,
      watch,
      pool: poolAfter(gate),
      warnings,
      log,
      totals: () => ({ metadataEntries: 0, artifactCount: 0 }),
      ...rest,
    },
  );
  return {
    graph,
    contents,
    watch,
    warnings,
    lines,
    files: watch === undefined ? looking : watchStates(looking, watch),
  };
}

/** Does jobs in this thread, after `gate`. */
function poolAfter(gate: Promise<void>): Pool {
  return {
    run: async (name, input) => {
      await gate;
      // The job's name and input belong together as `run` takes them.
      const reply = doJob({ id: 0, name, input } as JobRequest);
      if (reply.kind === "failed") throw new Error(reply.message);
      return reply.output as never;
    },
    size: 1,
    async [Symbol.asyncDispose]() {},
  };
}

const IMAGE = "depgraph/depgraph.bin";

function imageOf(tree: TemporaryTree): { head: ImageHead; records: ImageRecord[] } {
  const outcome = checkImage(tree.at(IMAGE));
  if (outcome.kind !== "loaded") throw new Error(`the image is ${outcome.kind}`);
  const blocks = outcome.blocks.map((block) => readBlock(tree.at(IMAGE), block));
  return {
    head: outcome.head,
    records: blocks.flatMap((block) => [...decodeRecords(block)].map(({ record }) => record)),
  };
}

async function loaded(graph: DepGraph): Promise<void> {
  graph.start();
  await until(() => graph.report().persisted, "the image to be loaded");
}

describe("DepGraph", () => {
  test.each([true, false])(
    "a later daemon knows the contents that an earlier one knew, watched: %p",
    async (watched) => {
      using tree = fileTree({ "a.h": "a", "b.h": "b" });
      const [a, b] = [tree.at("a.h"), tree.at("b.h")];
      const first = life(tree.path, { watched });
      first.graph.start();
      const states = [first.files.state(a, "content"), first.files.state(b, "content")];
      first.files.state(tree.at("none"), "presence");
      await Bun.sleep(20);
      await first.graph.close();

      writeFileSync(b, "c");
      const second = life(tree.path, { watched });
      await loaded(second.graph);
      expect(second.contents.get(a)?.state).toBe(states[0] ?? "");
      expect(second.contents.get(b)).toBeUndefined();
      expect(second.watch?.known(a, "content")?.state).toBe(watched ? states[0] : undefined);
      expect(second.watch?.known(tree.at("none"), "presence")?.state).toBe(watched ? "A" : undefined);
      expect(second.files.state(b, "content")).not.toBe(states[1] ?? "");
      expect(second.warnings.list()).toEqual([]);
      expect(second.graph.report()).toEqual({ version: 1, persisted: true, diskBytes: statSync(tree.at(IMAGE)).size });
    },
  );

  test.each(["boot", "clock", "mount"])("nothing of it counts under another %s", async (what) => {
    using tree = fileTree({ "a.h": "a" });
    const head = headFor(tree.at("a.h"));
    const other: Record<string, ImageHead> = {
      boot: { ...head, boot: "another" },
      clock: { ...head, beganMs: head.beganMs + 10_000 },
      mount: { ...head, devices: head.devices.map((scope) => ({ ...scope, mount: scope.mount + 1n })) },
      same: head,
    };
    for (const [which, expected] of [
      [what, 0],
      ["same", 1],
    ] as const) {
      await writeRecords(tree.at(IMAGE), other[which] ?? head, [recordOf(tree.at("a.h"))]);
      const { graph, contents, watch, warnings } = life(tree.path);
      await loaded(graph);
      expect([which, contents.size, watch?.report().paths]).toEqual([which, expected, expected]);
      expect(warnings.list()).toEqual([]);
    }
  });

  test("what a request read meanwhile stays", async () => {
    using tree = fileTree({ "a.h": "a" });
    const path = tree.at("a.h");
    const record = recordOf(path);
    const content = record.content && { ...record.content, digest: "0".repeat(64) };
    await writeRecords(tree.at(IMAGE), headFor(path), [{ ...record, content }]);
    const gate = Promise.withResolvers<void>();
    const { graph, files, contents } = life(tree.path, { gate: gate.promise });
    graph.start();
    const state = files.state(path, "content");
    gate.resolve();
    while (!graph.report().persisted) await Bun.sleep(1);
    expect([contents.get(path)?.state, files.state(path, "content")]).toEqual([state, state]);
  });

  test("is not saved over the file while that is being loaded, and its load is given up", async () => {
    using tree = fileTree({ "a.h": "a" });
    await writeRecords(tree.at(IMAGE), headFor(tree.path), [recordOf(tree.at("a.h"))]);
    const before = readFileSync(tree.at(IMAGE));
    const gate = Promise.withResolvers<void>();
    const { graph, files, contents, warnings } = life(tree.path, { gate: gate.promise });
    graph.start();
    files.state(tree.at("none"), "presence");
    await graph.close();
    gate.resolve();
    await Bun.sleep(20);
    expect(readFileSync(tree.at(IMAGE))).toEqual(before);
    expect([contents.size, graph.report().persisted, warnings.list()]).toEqual([0, false, []]);
  });

  test("forgets the file on clear, and no content", async () => {
    using tree = fileTree({ "a.h": "a" });
    await writeRecords(tree.at(IMAGE), headFor(tree.path), [recordOf(tree.at("a.h"))]);
    const { graph, contents } = life(tree.path);
    await loaded(graph);
    await graph.forget();
    expect([existsSync(tree.at(IMAGE)), contents.size]).toEqual([false, 1]);
    expect(graph.report()).toMatchObject({ persisted: false, diskBytes: 0 });
  });

  test("neither loads nor saves when it is off, and removes the file", async () => {
    using tree = fileTree({ "a.h": "a" });
    await writeRecords(tree.at(IMAGE), headFor(tree.path), [recordOf(tree.at("a.h"))]);
    const { graph, contents, lines } = life(tree.path, { enabled: false });
    graph.start();
    await Bun.sleep(20);
    await graph.close();
    expect([existsSync(tree.at(IMAGE)), contents.size]).toEqual([false, 0]);
    expect(lines.join("")).toContain("removed the warm-start image, which is off");
  });

  test.each([
    ["corrupt", "Cannot load the warm-start image: it is damaged: it is 3 bytes long"],
    ["version", "Cannot load the warm-start image: it has format version 9, this zccache reads 1"],
    ["unreadable", "Cannot load the warm-start image: it is no regular file"],
  ])("warns of a file that is %s, in the log and to those who ask later", async (what, text) => {
    using tree = fileTree({ "depgraph/depgraph.bin": "abc" });
    if (what === "version") {
      await writeRecords(tree.at(IMAGE), headFor(tree.path), []);
      const image = tree.read(IMAGE);
      image.writeUInt32LE(9, 8);
      writeFileSync(tree.at(IMAGE), image);
    }
    if (what === "unreadable") mkdirSync(tree.at(`dir/${IMAGE}`), { recursive: true });
    const { graph, warnings, lines } = life(what === "unreadable" ? tree.at("dir") : tree.path);
    graph.start();
    await until(() => warnings.list().length > 0, "a warning");
    expect(warnings.list()).toEqual([text]);
    expect(lines.join("")).toContain(`WARN  zccache_depgraph[0]: ${text}\n`);
    await graph.close();
  });

  test("drops what no request asked for in eight lives, and keeps what one asked for", async () => {
    using tree = fileTree({ "a.h": "a", "b.h": "b" });
    const record = (name: string) => recordOf(tree.at(name), { idleLives: 7 });
    await writeRecords(tree.at(IMAGE), headFor(tree.path), [record("a.h"), record("b.h")]);
    const { graph, files } = life(tree.path);
    await loaded(graph);
    files.state(tree.at("a.h"), "content");
    await graph.close();
    const { records } = imageOf(tree);
    expect(records.map(({ path, idleLives }) => [path, idleLives])).toEqual([[tree.at("a.h"), 0]]);
  });

  test("is not saved once the clock was set back, since stamps may come again", async () => {
    using tree = fileTree({ "a.h": "a" });
    const head = headFor(tree.path);
    await writeRecords(tree.at(IMAGE), head, [recordOf(tree.at("a.h"))]);
    let beganMs = head.beganMs;
    const { graph } = life(tree.path, { readBoot: () => ({ ...head, beganMs }) });
    await loaded(graph);
    beganMs -= 2000;
    await graph.close();
    expect(existsSync(tree.at(IMAGE))).toBe(false);
  });

  test("keeps the furthest that the clock was ahead: small steps back add up", async () => {
    using tree = fileTree({ "a.h": "a" });
    const head = headFor(tree.path);
    await writeRecords(tree.at(IMAGE), { ...head, beganMs: head.beganMs + 1000 }, [recordOf(tree.at("a.h"))]);
    const { graph } = life(tree.path);
    await loaded(graph);
    await graph.close();
    expect(imageOf(tree).head.beganMs).toBe(head.beganMs + 1000);
  });
});
