import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import type { Aspect } from "../../../src/core/observation.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { watchStates } from "../../../src/key/watched-states.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { fileTree } from "../../support/file-tree.ts";
import { type Random, random } from "../../support/random.ts";

const ASPECTS = ["content", "presence", "link", "listing"] as const satisfies readonly Aspect[];
const SEED = Number(process.env["ZCCACHE_TEST_SEED"] ?? Date.now() % 1_000_000);
const STEPS = 3000;

/** States that are read from the disk each time. */
const truth = () => createFileStates({ now: () => 0n });

describe("PathWatch.follow()", () => {
  test(`T1 T2 T3 T4 T5 every change shows at the next drain, ${STEPS} random ones (seed ${SEED})`, () => {
    using tree = fileTree({ "d/x": "1", "d/e/y": "2", z: "3" });
    const watch = openWatch([tmpdir()]);
    const watched = watchStates(truth(), watch);
    const chance = random(SEED);
    const paths = [
      ...["d/x", "d/e/y", "d/e", "d", "z", "l", "l/x", "l/e/y", "m", "none/deep/er", "d/none", "d/e/../x"],
      ...["z/", "d/.", "l/../z", "none/../z", "d//x", "d/e/none/../y"],
    ].map((path) => `${tree.path}/${path}`);
    let kept = 0;
    for (let step = 0; step < STEPS; step++) {
      const what = change(chance, (path) => tree.at(path));
      for (const path of paths) {
        for (const aspect of ASPECTS) {
          watch.drain();
          if (watch.follow(path, aspect)?.state !== undefined) kept += 1;
          const expected = truth().state(path, aspect);
          expect({ step, what, path, aspect, state: watched.state(path, aspect) }).toEqual({
            ...{ step, what, path, aspect },
            state: expected,
          });
        }
      }
    }
    expect(kept, "most looks need no look at the disk").toBeGreaterThan((STEPS * paths.length * ASPECTS.length) / 2);
  });

  test("a path without change keeps its state, whatever is written beside it", () => {
    using tree = fileTree({ "d/x": "1" });
    const watch = openWatch([tmpdir()]);
    const mark = watch.follow(tree.at("d/x"), "content");
    if (mark === undefined) throw new Error("not followed");
    mark.state = "F1";
    const before = watch.epoch;
    for (let count = 0; count < 100; count++) writeFileSync(tree.at(`d/other${count}`), "x");
    watch.drain();
    expect({ state: mark.state, epoch: watch.epoch }).toEqual({ state: "F1", epoch: before });
  });

  test("raises everything when the queue overflows", () => {
    using tree = fileTree({ "d/x": "1" });
    const watch = openWatch([tmpdir()]);
    const mark = watch.follow(tree.at("d/x"), "content");
    if (mark === undefined) throw new Error("not followed");
    mark.state = "F1";
    for (let count = 0; count < 20_000; count++) {
      writeFileSync(tree.at("d/a"), "");
      rmSync(tree.at("d/a"));
    }
    watch.drain();
    expect(mark.state).toBeUndefined();
    expect(watch.report().overflows).toBe(1);
  });

  test("does not follow what the kernel does not tell of", () => {
    const watch = openWatch([tmpdir()]);
    expect(watch.follow("/proc/self/status", "content")).toBeUndefined();
    expect(watch.report().unfollowed["file-system"]).toBe(1);
  });
});

type Place = (path: string) => string;
type Change = { readonly name: string; make(chance: Random, at: Place): void };

/** Makes one random change and names it; one that can't be made now is left out. */
function change(chance: Random, at: Place): string {
  const { name, make } = chance.pick(CHANGES);
  try {
    make(chance, at);
    return name;
  } catch (error) {
    return `${name}: ${String(error)}`;
  }
}

const FILES = ["d/x", "d/e/y", "z", "m", "d/none", "none/deep/er"] as const;
const FOLDERS = ["d", "d/e", "none", "none/deep", "other"] as const;

const CHANGES: readonly [Change, ...Change[]] = [
  { name: "write", make: (chance, at) => writeFileSync(at(chance.pick(FILES)), String(chance.below(10))) },
  { name: "append", make: (chance, at) => writeFileSync(at(chance.pick(FILES)), "x", { flag: "a" }) },
  { name: "same size, time restored", make: restoreTime },
  { name: "rename over", make: renameOver },
  { name: "remove", make: (chance, at) => rmSync(at(chance.pick(FILES))) },
  { name: "make folder", make: (chance, at) => mkdirSync(at(chance.pick(FOLDERS)), { recursive: true }) },
  { name: "remove folder", make: (chance, at) => rmSync(at(chance.pick(FOLDERS)), { recursive: true }) },
  { name: "move folder", make: (chance, at) => renameSync(at(chance.pick(FOLDERS)), at(chance.pick(FOLDERS))) },
  { name: "link to folder", make: (chance, at) => relink(at("l"), chance.pick(["d", "none", "d/e", "nowhere"])) },
  { name: "folder becomes link", make: folderBecomesLink },
  { name: "file becomes link", make: (chance, at) => relink(at("m"), chance.pick(["z", "d/x", "d/../z", "l/x"])) },
  { name: "write through another name", make: writeThroughLink },
  { name: "write to an open file", make: writeOpen },
  { name: "mode", make: (chance, at) => chmodSync(at(chance.pick(FILES)), chance.pick([0o644, 0o755, 0o600])) },
  { name: "exchange files", make: (chance, at) => renameSync(at(chance.pick(FILES)), at(chance.pick(FILES))) },
];

function restoreTime(chance: Random, at: Place): void {
  const path = at(chance.pick(FILES));
  const { size, atime, mtime } = lstatSync(path);
  writeFileSync(path, String(chance.below(10)).repeat(size).slice(0, size));
  utimesSync(path, atime, mtime);
}

function renameOver(chance: Random, at: Place): void {
  writeFileSync(at("new"), String(chance.below(10)));
  renameSync(at("new"), at(chance.pick(FILES)));
}

function relink(path: string, target: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
  expect(readlinkSync(path)).toBe(target);
}

function folderBecomesLink(_chance: Random, at: Place): void {
  if (existsSync(at("other"))) rmSync(at("other"), { recursive: true });
  renameSync(at("d"), at("other"));
  symlinkSync("other", at("d"));
}

function writeThroughLink(chance: Random, at: Place): void {
  const path = at(chance.pick(FILES));
  rmSync(at("second-name"), { force: true });
  linkSync(path, at("second-name"));
  writeFileSync(at("second-name"), String(chance.below(10)));
}

function writeOpen(chance: Random, at: Place): void {
  const fd = openSync(at(chance.pick(FILES)), "r+");
  writeSync(fd, String(chance.below(10)));
  closeSync(fd);
}
