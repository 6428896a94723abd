// A random trial of the watch: changes of all kinds below a directory, and after each the remembered state of many paths
// against the disk. As a program: `bun watch-trial.ts DIRECTORY SEED STEPS [--no-watch]`.

import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type { Aspect } from "../../src/core/observation.ts";
import { createFileStates } from "../../src/key/file-states.ts";
import { watchStates } from "../../src/key/watched-states.ts";
import { openWatch } from "../../src/watch/open-watch.ts";
import { type Random, random } from "./random.ts";

/** What a trial came to; `wrong` is the first state that was remembered wrongly. */
export type Trial = {
  readonly looks: number;
  /** Looks that were answered from memory. */
  readonly kept: number;
  readonly wrong: string | undefined;
};

/** What is below the directory when a trial begins. */
export const TRIAL_FILES = { "d/x": "1", "d/e/y": "2", z: "3" };

const ASPECTS = ["content", "presence", "link", "listing", "stamp"] as const satisfies readonly Aspect[];
const PATHS = [
  ...["d/x", "d/e/y", "d/e", "d", "z", "l", "l/x", "l/e/y", "m", "none/deep/er", "d/none", "d/e/../x"],
  ...["z/", "d/.", "l/../z", "none/../z", "d//x", "d/e/none/../y"],
];

/** Makes `steps` random changes below `directory`, which holds `TRIAL_FILES`, and looks at every path after each. */
export function tryWatch(directory: string, { seed, steps }: { seed: number; steps: number }): Trial {
  const watch = openWatch([directory]);
  const watched = watchStates(truth(), watch);
  const chance = random(seed);
  let looks = 0;
  let kept = 0;
  for (let step = 0; step < steps; step++) {
    const what = change(chance, (path) => `${directory}/${path}`);
    for (const [path, aspect] of PATHS.flatMap((name) =>
      ASPECTS.map((look) => [`${directory}/${name}`, look] as const),
    )) {
      watch.drain();
      looks += 1;
      if (watch.follow(path, aspect)?.state !== undefined) kept += 1;
      const [found, expected] = [watched.state(path, aspect), truth().state(path, aspect)];
      if (found !== expected) {
        return { looks, kept, wrong: `step ${step}, after ${what}: ${aspect} of ${path} is ${expected}, not ${found}` };
      }
    }
  }
  return { looks, kept, wrong: undefined };
}

/** The same without a watch, as under ZCCACHE_NO_WATCH=1: what is remembered is known by its stamp. */
export function tryStamps(directory: string, { seed, steps }: { seed: number; steps: number }): Trial {
  const stamped = createFileStates();
  const chance = random(seed);
  let looks = 0;
  for (let step = 0; step < steps; step++) {
    const what = change(chance, (path) => `${directory}/${path}`);
    for (const path of PATHS.map((name) => `${directory}/${name}`)) {
      for (const aspect of ASPECTS) {
        looks += 1;
        const [found, expected] = [stamped.state(path, aspect), truth().state(path, aspect)];
        const wrong = `step ${step}, after ${what}: ${aspect} of ${path} is ${expected}, not ${found}`;
        if (found !== expected) return { looks, kept: 0, wrong };
      }
    }
  }
  return { looks, kept: 0, wrong: undefined };
}

/** States that are read from the disk each time: no stamp is ever old enough to be relied on. */
function truth() {
  return createFileStates({ now: () => 0n });
}

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

if (import.meta.main) {
  const [directory = "", seed, steps, mode] = process.argv.slice(2);
  const attempt = mode === "--no-watch" ? tryStamps : tryWatch;
  console.log(JSON.stringify(attempt(directory, { seed: Number(seed), steps: Number(steps) })));
}
