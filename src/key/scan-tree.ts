// The files of a tree that a filter takes, as they are now, without their contents. Symbolic links are not followed, a
// link is what it says; but for a pattern that names what is behind one. Loads the glob library at its first use only.

import * as fs from "node:fs";
import { isErrno, ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromBytes, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { realPath } from "../sys/real-path.ts";
import { readStamp, settled, stampsAreTrusted } from "./file-stamp.ts";
import { spellPath, unspellPath } from "./odd-names.ts";

/** Which files of a tree count. */
export type TreeFilter = {
  /** Directory, absolute; a slash at its end makes no difference. */
  readonly root: RawText;
  /** Ends of names without their dot, lower case; none: any. */
  readonly extensions: readonly string[];
  /** Patterns and names of directories, relative to the root; none: every file. */
  readonly include: readonly string[];
  /** Names of files or directories, and patterns relative to the root. */
  readonly exclude: readonly string[];
};

/** One file or link. */
export type TreeFile = {
  /** Relative to the root. */
  readonly name: RawText;
  /** Changes with every write, as far as times can tell. */
  readonly stamp: string;
  /** True if a later write must change the stamp. */
  readonly settled: boolean;
  /** Of a link: what it says. */
  readonly target: RawText | undefined;
};

/** Reads the tree, sorted by names. @throws {ZccacheError} `IO` if the root or a directory can't be read. */
export function scanTree(filter: TreeFilter): TreeFile[] {
  try {
    // The library folds `..` by its letters, and takes a root that is not there for an empty one.
    const root = realPath(filter.root);
    fs.readdirSync(fsPath(root));
    const trust = { device: trustedDevice(root), nowNs: BigInt(Date.now()) * 1_000_000n };
    const names = list({ ...filter, root }).filter((name) => hasExtension(name, filter.extensions));
    const files = names.sort().map((name) => look(root, name, trust));
    return files.filter((file) => file !== undefined);
  } catch (error) {
    throw new ZccacheError("IO", `Cannot scan "${showRaw(filter.root)}"`, { cause: error });
  }
}

function list({ root, include, exclude }: TreeFilter): RawText[] {
  const glob: typeof import("fast-glob") = require("fast-glob");
  // "./" is the root itself, as "." is.
  const patterns = include.flatMap((pattern) => withBelow(tidy(pattern) || "."));
  const entries = glob.sync(patterns.length > 0 ? patterns : ["**/*"], {
    cwd: spellPath(root),
    ignore: exclude.flatMap(ignored),
    fs: { lstatSync, statSync, readdirSync },
    followSymbolicLinks: false,
    onlyFiles: false,
    objectMode: true,
    dot: true,
  });
  return entries
    .filter(({ dirent }) => dirent.isFile() || dirent.isSymbolicLink())
    .map(({ path }) => unspellPath(path));
}

/** A name counts wherever it stands; with a slash that is not its end it is a path from the root. */
function ignored(exclude: string): string[] {
  const pattern = tidy(exclude).replace(/^\/+/, "");
  if (pattern === "") return [];
  return withBelow(/\/./.test(exclude) ? pattern : `**/${pattern}`);
}

/** What names a directory means everything below it. */
function withBelow(pattern: string): string[] {
  return [pattern, `${pattern}/**`];
}

/** Without `./` and slashes at its end, which would match nothing. */
function tidy(pattern: string): string {
  return pattern.replace(/(^|\/)(\.\/)+/g, "$1").replace(/\/+$/, "");
}

function hasExtension(name: RawText, extensions: readonly string[]): boolean {
  if (extensions.length === 0) return true;
  const shown = showRaw(name).toLowerCase();
  return extensions.some((extension) => shown.endsWith(`.${extension}`));
}

type Trust = { readonly device: bigint | undefined; readonly nowNs: bigint };

/** Times are trusted in the root's own file system only, not in what is mounted below it. */
function trustedDevice(root: RawText): bigint | undefined {
  const stamp = readStamp(root, "content");
  return "dev" in stamp && stampsAreTrusted(root) ? stamp.dev : undefined;
}

/** Undefined for what vanished meanwhile, or is neither file nor link now. */
function look(root: RawText, name: RawText, { device, nowNs }: Trust): TreeFile | undefined {
  const path = `${root}/${name}`;
  const stamp = readStamp(path, "link");
  if (stamp.kind !== "file" && stamp.kind !== "link") return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = stamp;
  return {
    name,
    stamp: [dev, ino, size, mtimeNs, ctimeNs].join(" "),
    settled: dev === device && settled(stamp, nowNs),
    target: stamp.kind === "link" ? rawFromBytes(fs.readlinkSync(fsPath(path), { encoding: "buffer" })) : undefined,
  };
}

// What the library reads with: it knows ordinary strings only.

function pathOf(spelling: string): string | Buffer {
  return fsPath(unspellPath(spelling));
}

function lstatSync(path: string): fs.Stats {
  return fs.lstatSync(pathOf(path));
}

function statSync(path: string): fs.Stats {
  return fs.statSync(pathOf(path));
}

function readdirSync(path: string): string[];
function readdirSync(path: string, options: { withFileTypes: true }): fs.Dirent[];
function readdirSync(path: string, options?: { withFileTypes: true }): string[] | fs.Dirent[] {
  if (options === undefined) return readNames(path);
  const entries = readEntries(path, options);
  // Bun gives kinds together with names that are strings only, in which odd bytes are U+FFFD.
  if (!entries.some(({ name }) => /[\ufffd\r\n]/.test(name))) return entries;
  return readNames(path).flatMap((name) => {
    const stats = fs.lstatSync(pathOf(`${path}/${name}`), { throwIfNoEntry: false });
    return stats === undefined ? [] : [Object.assign(stats, { name, path, parentPath: path })];
  });
}

/** A file has nothing below it. */
function readEntries(path: string, options: { withFileTypes: true }): fs.Dirent[] {
  try {
    return fs.readdirSync(pathOf(path), options);
  } catch (error) {
    if (isErrno(error, "ENOTDIR")) return [];
    throw error;
  }
}

function readNames(path: string): string[] {
  return fs.readdirSync(pathOf(path), { encoding: "buffer" }).map((name) => spellPath(rawFromBytes(name)));
}
