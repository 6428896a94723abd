// Files that change while no daemon runs, or while one takes over what another knew: objects are what a fresh compile
// makes, always.

import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { type Daemon, DaemonBox } from "../../support/daemon-box.ts";
import type { TemporaryTree } from "../../support/file-tree.ts";
import { mustRun } from "../../support/run.ts";

setDefaultTimeout(600_000);

const OLD = 1_000_000;
const SETTLED_MILLIS = 2100;

type Change = (tree: TemporaryTree) => void;

/** One unit each, `<name>.c`, which includes `i/<name>/h.h`; a change of something that decides about it. */
const CHANGES: Readonly<Record<string, Change>> = {
  nothing: () => {},
  "touched only": (tree) => utimesSync(tree.at("i/touched-only/h.h"), OLD, OLD + 5),
  "same size, time restored": (tree) => rewrite(tree.at("i/same-size--time-restored/h.h")),
  "older file by rename": (tree) => {
    tree.write({ "aside.h": text(2) });
    utimesSync(tree.at("aside.h"), OLD - 100, OLD - 100);
    renameSync(tree.at("aside.h"), tree.at("i/older-file-by-rename/h.h"));
  },
  "another file under the same inode": (tree) => takeInode(tree.at("i/another-file-under-the-same-inode/h.h")),
  "a link for the directory": (tree) => {
    const directory = tree.at("i/a-link-for-the-directory");
    mkdirSync(tree.at("i/other"));
    tree.write({ "i/other/h.h": text(2) });
    utimesSync(tree.at("i/other/h.h"), OLD, OLD);
    renameSync(directory, `${directory}-before`);
    symlinkSync("other", directory);
  },
  "a header earlier on the path": (tree) => tree.write({ "first/a-header-earlier-on-the-path/h.h": text(2) }),
  "the first of two removed": (tree) => rmSync(tree.at("i/the-first-of-two-removed/h.h")),
};

function slug(name: string): string {
  return name.replaceAll(/[ ,]/g, "-");
}

function text(value: number): string {
  return `#define VALUE ${value}\n`;
}

function rewrite(path: string): void {
  writeFileSync(path, text(2));
  utimesSync(path, OLD, OLD);
}

/** File systems give a freed inode to the next file, or to one soon after. */
function takeInode(path: string): void {
  const { ino } = statSync(path);
  rmSync(path);
  for (let n = 0; n < 50; n++) {
    rewrite(path);
    if (statSync(path).ino === ino) return;
    renameSync(path, `${path}.${n}`);
  }
  rewrite(path);
}

function prepare(tree: TemporaryTree): void {
  for (const name of Object.keys(CHANGES).map(slug)) {
    tree.write({
      [`${name}.c`]: `#include <${name}/h.h>\nint value = VALUE;\n`,
      [`i/${name}/h.h`]: text(1),
      [`last/${name}/h.h`]: text(3),
      [`first/${name}/other.h`]: "",
    });
    utimesSync(tree.at(`i/${name}/h.h`), OLD, OLD);
  }
}

/** Objects of all units by name. @param through The cache, or nothing. */
async function compileAll({ box, env }: DaemonBox, through: readonly string[]): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for (const name of Object.keys(CHANGES)) {
    const source = `${slug(name)}.c`;
    const command = [...through, "gcc", "-Ifirst", "-Ii", "-Ilast", "-c", source, "-o", "out.o"];
    await mustRun(command, { cwd: box.tree.path, env });
    objects[name] = readFileSync(box.tree.at("out.o")).toString("hex");
  }
  return objects;
}

function changeAll({ box }: DaemonBox): void {
  for (const change of Object.values(CHANGES)) change(box.tree);
}

/** When the changes are made, and how the daemon is found and left. */
const MOMENTS: Readonly<Record<string, (warm: DaemonBox, daemon: Daemon) => Promise<Daemon>>> = {
  "while no daemon runs": async (warm, daemon) => {
    await warm.end(daemon);
    changeAll(warm);
    const next = await warm.start();
    await warm.persisted();
    return next;
  },
  "between the last save and kill -9": async (warm, daemon) => {
    await warm.end(daemon);
    const second = await warm.start();
    await warm.persisted();
    changeAll(warm);
    // It knows the new contents, and takes them along.
    await compileAll(warm, [warm.box.binary]);
    await warm.end(second, "SIGKILL");
    const third = await warm.start();
    await warm.persisted();
    return third;
  },
  "after a kill -9": async (warm, daemon) => {
    await warm.end(daemon);
    const second = await warm.start();
    await warm.persisted();
    await warm.end(second, "SIGKILL");
    changeAll(warm);
    // It is asked before it has loaded, and later.
    return await warm.start();
  },
  "while the next one loads": async (warm, daemon) => {
    await warm.end(daemon);
    await warm.enlargeImage(400_000);
    const next = await warm.start();
    for (const change of Object.values(CHANGES)) {
      change(warm.box.tree);
      await Bun.sleep(30);
    }
    expect((await warm.status())["dep_graph_persisted"], "it is still loading").toBe(false);
    return next;
  },
};

const watches: Readonly<Record<string, Record<string, string>>> = { watched: {}, looked: { ZCCACHE_NO_WATCH: "1" } };
const cases = Object.keys(MOMENTS).flatMap((moment) => Object.keys(watches).map((how) => [moment, how] as const));

test.each(cases)("no object is stale where files change %s (%s at)", async (moment, how) => {
  await using warm = new DaemonBox(watches[how]);
  prepare(warm.box.tree);
  await Bun.sleep(SETTLED_MILLIS);
  const first = await warm.start();
  await compileAll(warm, [warm.box.binary]);
  await warm.box.settled(Object.keys(CHANGES).length);
  const before = await compileAll(warm, []);
  expect(await compileAll(warm, [warm.box.binary])).toEqual(before);

  const last = await MOMENTS[moment]?.(warm, first);
  const expected = await compileAll(warm, []);
  const changed = Object.keys(CHANGES).filter((name) => expected[name] !== before[name]);
  expect(changed, "the changes matter").toHaveLength(Object.keys(CHANGES).length - 2);
  warm.box.counter.take();
  expect(await compileAll(warm, [warm.box.binary])).toEqual(expected);
  const { cc1 } = warm.box.counter.take();
  expect(cc1, "what is the same hits").toBeLessThanOrEqual(changed.length);
  await warm.persisted();
  expect(await compileAll(warm, [warm.box.binary]), "after the load").toEqual(expected);
  expect(last && (await warm.end(last))).toBe(0);
});
