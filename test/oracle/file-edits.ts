// Edits of files, directories and links between two calls. Half of the kinds deceive whoever trusts in times or sizes.

import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { anyOf, oneIn } from "./chance.ts";
import { HEADERS } from "./content.ts";
import {
  anyFile,
  type EditContext,
  type Edits,
  exists,
  linkTarget,
  put,
  read,
  remember,
  replaceBy,
  rewrite,
  sameSize,
  someHeaderPath,
} from "./edit-files.ts";
import { textFor } from "./tree.ts";

/** Edits of what compilers read, and those of any file. */
export const FILE_EDITS = {
  content: (checkout, context) => rewrite(anyFile(checkout, context), context),
  "same size": (checkout, context) => {
    const path = anyFile(checkout, context);
    const text = sameSize(path, context);
    return text === undefined ? undefined : put(path, text, context);
  },
  comment: (checkout, context) => {
    const path = anyFile(checkout, context);
    const text = read(path)?.replace(/comment \d+/, () => `comment ${1000 + context.random.below(9000)}`);
    return text === undefined ? undefined : put(path, text, context);
  },
  "macro flip": (checkout, context) => {
    const path = join(checkout, "base/cfg.h");
    const flag = context.random.pick(["FLAG_A", "FLAG_B", "FLAG_C"]);
    const text = read(path)?.replace(new RegExp(`(?<=define ${flag} )[01]`), (bit) => (bit === "0" ? "1" : "0"));
    return text === undefined ? undefined : put(path, text, context);
  },
  revert: (_, { history, random }) => {
    const paths = [...history.keys()];
    const path = oneIn(random, 2) ? paths.at(-1) : anyOf(random, paths);
    const text = path === undefined ? undefined : anyOf(random, history.get(path) ?? []);
    if (path === undefined || text === undefined || read(path) === text) return undefined;
    writeFileSync(path, text, "latin1");
    return path;
  },
  "header appears": (checkout, context) => {
    const path = someHeaderPath(checkout, context, (path) => !exists(path) && exists(dirname(path)));
    return path === undefined ? undefined : put(path, textFor(context, path), context);
  },
  "header removed": (checkout, context) => {
    // Without the last header of a name most compiles would fail.
    const path = someHeaderPath(checkout, context, (path) => exists(path) && !path.includes("/base/"));
    if (path === undefined) return undefined;
    remember(path, read(path) ?? "", context);
    unlinkSync(path);
    return path;
  },
  "renamed over": (checkout, context) => {
    const path = anyFile(checkout, context);
    return replaceBy(path, { text: textFor(context, path), old: false }, context);
  },
  "renamed over by an older file": (checkout, context) => {
    const path = anyFile(checkout, context);
    return replaceBy(path, { text: textFor(context, path), old: true }, context);
  },
  "time restored": (checkout, context) => {
    const path = anyFile(checkout, context);
    const { atime, mtime } = statSync(path);
    return putAt(path, { atime, mtime }, context);
  },
  "time of 1970": (checkout, context) => putAt(anyFile(checkout, context), { atime: 0, mtime: 0 }, context),
  "time to come": (checkout, context) => {
    const time = Math.floor(Date.now() / 1000) + 100_000;
    return putAt(anyFile(checkout, context), { atime: time, mtime: time }, context);
  },
  touched: (checkout, context) => {
    const path = anyFile(checkout, context);
    const time = Date.now() / 1000 - context.random.below(3) * 1000;
    utimesSync(path, time, time);
    return path;
  },
  "directory moves": (checkout, { random, what }) => {
    const path = join(checkout, random.pick(what === "link" ? ["lib0", "lib1", "obj"] : MOVING));
    const away = `${path}.away`;
    if (exists(away)) {
      if (!exists(path)) renameSync(away, path);
    } else renameSync(path, away);
    return path;
  },
  "directory appears": (checkout, context) => {
    const path = join(checkout, context.what === "link" ? "libgone" : "gone");
    if (exists(path)) rmSync(path, { recursive: true });
    else {
      mkdirSync(path);
      const name =
        context.what === "link" ? context.random.pick(["libx.a", "liby.a"]) : `${context.random.pick(HEADERS)}.h`;
      writeFileSync(join(path, name), textFor(context, name), "latin1");
    }
    return path;
  },
  "directory and link exchanged": (checkout, { random, what }) => {
    const path = join(checkout, random.pick(what === "link" ? ["lib0", "lib1"] : ["inc0", "inc2"]));
    const kept = `${path}.real`;
    if (exists(kept)) {
      unlinkSync(path);
      renameSync(kept, path);
    } else {
      renameSync(path, kept);
      symlinkSync(random.pick(what === "link" ? ["libbase", "obj"] : ["inc1", "base"]), path);
    }
    return path;
  },
  "link retargeted": (checkout, { random, what }) => {
    const name = random.pick(what === "link" ? ["liblink", "liblink", "link"] : ["link", "inc2/h4.h"]);
    const path = join(checkout, name);
    const target = anyOf(random, TARGETS[name] ?? []) ?? "base";
    if (linkTarget(path) === target) return undefined;
    const staged = `${path}.new`;
    symlinkSync(target, staged);
    renameSync(staged, path);
    return path;
  },
} satisfies Edits;

const MOVING: [string, ...string[]] = ["inc0", "inc1", "inc2", "inc1/sub", "base/sub", "base/inc2"];
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  "inc2/h4.h": ["../base/h4.h", "../base/h5.h", "../nowhere"],
  // Their parents are others, too.
  link: ["inc1", "inc0", "base", "inc2", "base/sub"],
  liblink: ["lib0", "lib1", "libbase", "base/sub"],
};

/** Writes another content of the same size with these times. */
function putAt(
  path: string,
  { atime, mtime }: { atime: Date | number; mtime: Date | number },
  context: EditContext,
): string | undefined {
  const text = sameSize(path, context);
  if (text === undefined || put(path, text, context) === undefined) return undefined;
  utimesSync(path, atime, mtime);
  return path;
}
