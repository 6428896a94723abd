// What the files of a tree were when somebody last looked, as one file:
//
// snapshot ::= sealed (<name> <stamp> <content>)*                                          NUL-terminated strings
//
// A stamp is empty where it can't vouch for the content. A content is a digest, `L<target>` of a symbolic link, or `?`,
// which is never the same as anything.

import { readFileSync, writeFileSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { joinBlock, type RawText, splitBlock } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { StagedFile } from "../sys/staged-file.ts";
import { seal, unseal } from "./sealed.ts";

/** One file of a tree. */
export type SnapshotFile = { readonly stamp: string; readonly content: string };

/** Files by name, relative to the root of the tree. */
export type TreeSnapshot = ReadonlyMap<RawText, SnapshotFile>;

/** The content that is never the same. */
export const UNSURE = "?";

/** Reads a snapshot; undefined if it is not there or damaged. @throws other errors of the system. */
export function readSnapshot(path: RawText): TreeSnapshot | undefined {
  let sealed: Buffer;
  try {
    sealed = readFileSync(fsPath(path));
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
  const block = unseal(SEAL_KEY, sealed);
  if (block === undefined) return undefined;
  const members = splitBlock(block);
  const files = new Map<RawText, SnapshotFile>();
  for (let at = 0; at < members.length; at += MEMBERS) {
    const [name = "", stamp = "", content = UNSURE] = members.slice(at, at + MEMBERS);
    files.set(name, { stamp, content });
  }
  return files;
}

/** Writes a snapshot, whole or not at all. @throws the system's error. */
export function writeSnapshot(path: RawText, files: TreeSnapshot): void {
  const block = joinBlock([...files].flatMap(([name, { stamp, content }]) => [name, stamp, content]));
  using staged = new StagedFile(path);
  writeFileSync(fsPath(staged.path), seal(SEAL_KEY, block), { mode: 0o600, flag: "wx" });
  staged.publish();
}

/** Names of files that are not surely the same in both, sorted. */
export function differences(before: TreeSnapshot, after: TreeSnapshot): RawText[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => !isSame(before.get(name), after.get(name))).sort();
}

const SEAL_KEY = "tree snapshot 1";
const MEMBERS = 3;

function isSame(before: SnapshotFile | undefined, after: SnapshotFile | undefined): boolean {
  return before !== undefined && before.content !== UNSURE && before.content === after?.content;
}
