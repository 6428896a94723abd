// The regular files of a tree, for snapshot and replay. Symbolic links are neither followed nor listed.

import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { type RawText, rawFromBytes, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { readChunks } from "../sys/read-chunks.ts";

/** What a file was when it was read. */
export type FileFacts = {
  readonly bytes: number;
  /** Of its last change, in nanoseconds since 1970. */
  readonly timeNs: bigint;
  /** SHA-256 of its content, in hexadecimal digits. */
  readonly digest: string;
};

// What a checkout makes anew in its own way.
const NEVER = new Set([".git", ".hg", ".jj", ".svn"]);

/**
 * Names below `root`, sorted.
 * @param exclude Names or patterns of files and directories; one with a slash that is not its end is a path from the root.
 * @throws the system's error where a directory can't be read.
 */
export function filesBelow(root: RawText, exclude: readonly string[]): RawText[] {
  const isExcluded = excluder(exclude);
  const found: RawText[] = [];
  const open: RawText[] = [""];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for (const bytes of readdirSync(fsPath(`${root}/${directory}`), { encoding: "buffer" })) {
      const name = `${directory}${rawFromBytes(bytes)}`;
      if (isExcluded(name)) continue;
      const stats = lstatSync(fsPath(`${root}/${name}`), { throwIfNoEntry: false });
      if (stats?.isDirectory() === true) open.push(`${name}/`);
      else if (stats?.isFile() === true) found.push(name);
    }
  }
  return found.sort();
}

function excluder(patterns: readonly string[]): (name: RawText) => boolean {
  const globs = patterns.map((pattern) => ({
    glob: new Bun.Glob(pattern.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "")),
    isPath: /\/./.test(pattern),
  }));
  return (name) => {
    const base = name.slice(name.lastIndexOf("/") + 1);
    return NEVER.has(base) || globs.some(({ glob, isPath }) => glob.match(showRaw(isPath ? name : base)));
  };
}

/** Opens a regular file, no link; undefined if there is none. @throws other errors of the system. */
export function openFile(path: RawText): ({ readonly fd: number } & Disposable) | undefined {
  let fd: number;
  try {
    // Without O_NONBLOCK, opening a fifo that took the file's place would wait for a writer.
    fd = openSync(fsPath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP", "ENXIO")) return undefined;
    throw error;
  }
  const file = { fd, [Symbol.dispose]: () => closeSync(fd) };
  if (fstatSync(fd).isFile()) return file;
  file[Symbol.dispose]();
  return undefined;
}

/** Reads an open file from its start; undefined if it is changed meanwhile. */
export function readFacts(fd: number): FileFacts | undefined {
  const before = fstatSync(fd, { bigint: true });
  const hasher = new Bun.CryptoHasher("sha256");
  const bytes = readChunks(fd, (chunk) => hasher.update(chunk));
  const after = fstatSync(fd, { bigint: true });
  const isSame = before.ctimeNs === after.ctimeNs && before.mtimeNs === after.mtimeNs && after.size === BigInt(bytes);
  return isSame ? { bytes, timeNs: after.mtimeNs, digest: hasher.digest("hex") } : undefined;
}
