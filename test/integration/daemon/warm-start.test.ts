// The warm-start image with the built executable: when it is read and written, and what happens if it is not what it was.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { checkImage } from "../../../src/store/depgraph-file.ts";
import { DaemonBox } from "../../support/daemon-box.ts";
import { mustRun } from "../../support/run.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(600_000);

const SOURCES = { "a.h": "int a;\n", "a.c": '#include "a.h"\n#include <stdio.h>\n' };
// Stamps count from two seconds on.
const SETTLED_MILLIS = 2100;

async function compile({ box, env }: DaemonBox): Promise<Buffer> {
  await mustRun([box.binary, "gcc", "-c", "a.c", "-o", "a.o"], { cwd: box.tree.path, env });
  return box.tree.read("a.o");
}

/** A box with one unit in its cache, and an image of a daemon that has ended. */
async function warmBox(): Promise<DaemonBox> {
  const warm = new DaemonBox();
  warm.box.tree.write(SOURCES);
  await Bun.sleep(SETTLED_MILLIS);
  const daemon = await warm.start();
  await compile(warm);
  await warm.box.settled(1);
  await compile(warm);
  expect(await warm.end(daemon)).toBe(0);
  warm.box.counter.take();
  return warm;
}

test("[daemon 13] a daemon serves while its image is loaded, and what was warm hits", async () => {
  await using warm = await warmBox();
  await warm.enlargeImage(600_000);
  const daemon = await warm.start();
  const before = await warm.status();
  const object = await compile(warm);
  const during = await warm.status();
  expect([before["dep_graph_persisted"], during["dep_graph_persisted"]], "the load is running").toEqual([false, false]);
  await warm.persisted();
  expect(await compile(warm)).toEqual(object);
  expect(warm.box.counter.take().cc1, "manifests are in the index, loaded or not").toBe(0);
  expect(daemon.log()).toMatch(
    /INFO {2}zccache_depgraph\[0\]: warm-start image: \d+ files, of which \d+ cold, [1-9]\d* warm, 600000 stale; 1 contexts with 1 results; \d+ ms/,
  );
  await mustRun(["gcc", "-c", "a.c", "-o", "bare.o"], { cwd: warm.box.tree.path, env: warm.box.env });
  expect(object).toEqual(warm.box.tree.read("bare.o"));
  expect(await warm.end(daemon)).toBe(0);
});

describe("[daemon 14] a daemon serves with an image that is", () => {
  const damage: Record<string, (image: string) => void> = {
    absent: (image) => rmSync(image),
    "of another version": (image) => change(image, (bytes) => bytes.writeUInt32LE(99, 8)),
    "of bad magic": (image) => change(image, (bytes) => bytes.write("XXXX")),
    "3 bytes long": (image) => writeFileSync(image, "zcc"),
    truncated: (image) => writeFileSync(image, readFileSync(image).subarray(0, -5)),
    "said to be 2^64-1 bytes long": (image) => change(image, (bytes) => bytes.fill(0xff, 16, 24)),
    unreadable: (image) => {
      rmSync(image);
      mkdirSync(image);
    },
    "followed by other bytes": (image) => appendFileSync(image, "garbage"),
  };
  const silent = ["absent", "followed by other bytes"];

  test.each(Object.keys(damage))("%s", async (kind) => {
    await using warm = await warmBox();
    damage[kind]?.(warm.image);
    const daemon = await warm.start();
    await compile(warm);
    if (!silent.includes(kind)) await until(() => daemon.log().includes("WARN  zccache_depgraph"));
    if (kind === "followed by other bytes") await warm.persisted();
    expect(warm.box.counter.take().cc1).toBe(0);
    const warnings = daemon.log().match(/WARN {2}zccache_depgraph\[0\]: .*/g) ?? [];
    expect(warnings).toHaveLength(silent.includes(kind) ? 0 : 1);
    if (kind === "of another version") expect(warnings[0]).toContain("format version 99, this zccache reads 1");
    expect(await sessionLog(warm)).toHaveLength(warnings.length);
    expect((await warm.status())["dep_graph_persisted"]).toBe(kind === "followed by other bytes");
    expect(await warm.end(daemon)).toBe(0);
    // The next one has a good one again, but where it can't be written.
    expect(checkImage(warm.image).kind).toBe(kind === "unreadable" ? "unreadable" : "loaded");
  });
});

/** What the log of a session that begins now is warned of. */
async function sessionLog({ box, env }: DaemonBox): Promise<string[]> {
  const log = box.tree.at("session.log");
  expect((await box.zccache(["session-start", "--log", log], { env })).exitCode).toBe(0);
  return readFileSync(log, "utf8").match(/warning: .*image.*/g) ?? [];
}

function change(image: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(image);
  edit(bytes);
  writeFileSync(image, bytes);
}

test("[daemon 15] with --no-depgraph-cache the image is gone after the start, and none is there after the end", async () => {
  await using warm = await warmBox();
  expect(existsSync(warm.image)).toBe(true);
  const daemon = await warm.start("--no-depgraph-cache");
  await compile(warm);
  expect(existsSync(warm.image)).toBe(false);
  expect(await warm.status()).toMatchObject({ dep_graph_persisted: false, dep_graph_disk_size: 0 });
  expect(daemon.log()).toContain("INFO  zccache_depgraph[0]: removed the warm-start image, which is off");
  expect(await warm.end(daemon)).toBe(0);
  expect(existsSync(warm.image)).toBe(false);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "[daemon 16] %s ends a daemon with exit code 0 and saves the image, but not while that is being loaded",
  async (signal) => {
    await using warm = new DaemonBox();
    warm.box.tree.write(SOURCES);
    const first = await warm.start();
    await compile(warm);
    const [lock = ""] = new Bun.Glob("v*/daemon-*.lock").scanSync({ cwd: warm.box.cache, absolute: true });
    expect(readFileSync(lock, "utf8")).toBe(String(first.child.pid));
    expect(await warm.end(first, signal)).toBe(0);
    expect([existsSync(lock), checkImage(warm.image).kind]).toEqual([false, "loaded"]);

    await warm.enlargeImage(600_000);
    const before = { bytes: readFileSync(warm.image), inode: statSync(warm.image).ino };
    const second = await warm.start();
    expect(await warm.end(second, signal)).toBe(0);
    expect(second.log(), "it ended before it had loaded").not.toContain("zccache_depgraph");
    expect(statSync(warm.image).ino).toBe(before.inode);
    expect(readFileSync(warm.image).equals(before.bytes)).toBe(true);
    expect(existsSync(lock)).toBe(false);
  },
);

test("clear removes the image and keeps what is known of contents", async () => {
  await using warm = await warmBox();
  const daemon = await warm.start();
  await warm.persisted();
  const { dep_graph_files: known } = await warm.status();
  expect(known).toBeGreaterThan(5);
  expect((await warm.status())["dep_graph_disk_size"]).toBe(statSync(warm.image).size);
  await mustRun([warm.box.binary, "clear"], { env: warm.env });
  expect(existsSync(warm.image)).toBe(false);
  expect(await warm.status()).toMatchObject({ dep_graph_disk_size: 0, dep_graph_contexts: 0, dep_graph_files: known });
  await compile(warm);
  expect(warm.box.counter.take().cc1).toBe(1);
  expect(await warm.end(daemon)).toBe(0);
});
