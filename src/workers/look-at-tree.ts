// A check of a tree in two jobs, between which the files that have to be read are read by all workers: what is there, and
// what of it is not what it was. In between, what was found is in a file.

import type { RawText } from "../core/raw-text.ts";
import { isDigest } from "../key/digest-file.ts";
import { scanTree, type TreeFile } from "../key/scan-tree.ts";
import {
  differences,
  readSnapshot,
  type SnapshotFile,
  type TreeSnapshot,
  UNSURE,
  writeSnapshot,
} from "../store/tree-snapshot.ts";
import { realPathIfAny } from "../sys/real-path.ts";

/** A tree to be looked at; lists are joined by NUL. */
export type TreeLook = {
  readonly root: RawText;
  readonly extensions: string;
  readonly include: string;
  readonly exclude: string;
  /** Earlier snapshots, whose contents hold for files with the same stamp. */
  readonly known: RawText;
  /** Where what is found is put. */
  readonly to: RawText;
};

/** What was read, and what it is compared with; paths are empty where there is nothing. */
export type TreeComparison = {
  readonly found: RawText;
  /** Names and outcomes of reading them, joined by NUL. */
  readonly names: RawText;
  readonly outcomes: string;
  /** The snapshot to compare with. */
  readonly before: RawText;
  /** An earlier look that nobody has said anything of: what has changed since is unsure. */
  readonly unmarked: RawText;
};

/** Names of files that have to be read, joined by NUL, and the directory that was looked at, without links on the way. */
export type TreeSeen = { readonly unread: RawText; readonly root: RawText };

/** Looks at a tree. @throws as `scanTree`. */
export function lookAtTree({ root: spelled, extensions, include, exclude, known, to }: TreeLook): TreeSeen {
  // Who reads the files later must not be led into another tree by a link that has been exchanged since.
  const root = realPathIfAny(spelled) ?? spelled;
  const filter = { root, extensions: listOf(extensions), include: listOf(include), exclude: listOf(exclude) };
  const earlier = listOf(known).map(readSnapshot);
  const found = new Map(scanTree(filter).map((file) => [file.name, snapshotFile(file, earlier)]));
  writeSnapshot(to, found);
  const unread = [...found].filter(([, { content }]) => content === UNSURE).map(([name]) => name);
  return { unread: unread.join("\0"), root };
}

/** Completes what was found and compares it. @returns whether it is the same, and the first names that are not. */
export function compareTree({ found, names, outcomes, before, unmarked }: TreeComparison): {
  readonly same: boolean;
  readonly changed: RawText;
} {
  const files = new Map(readSnapshot(found));
  const read = outcomes.split("\0");
  for (const [at, name] of listOf(names).entries()) {
    const outcome = read[at] ?? "";
    files.set(name, { stamp: files.get(name)?.stamp ?? "", content: isDigest(outcome) ? outcome : UNSURE });
  }
  const earlier = unmarked === "" ? undefined : (readSnapshot(unmarked) ?? NO_FILES);
  for (const name of earlier === undefined ? [] : differences(earlier, files)) {
    files.set(name, { stamp: "", content: UNSURE });
  }
  writeSnapshot(found, files);
  const compared = before === "" ? undefined : readSnapshot(before);
  const changed = compared === undefined ? [] : differences(compared, files);
  return { same: compared !== undefined && changed.length === 0, changed: changed.slice(0, NAMES_TOLD).join("\0") };
}

/** An answer with more would be of no use to anybody. */
const NAMES_TOLD = 10_000;
const NO_FILES: TreeSnapshot = new Map();

function snapshotFile(file: TreeFile, earlier: readonly (TreeSnapshot | undefined)[]): SnapshotFile {
  const { name, stamp, settled, target } = file;
  if (target !== undefined) return { stamp: "", content: `L${target}` };
  const known = earlier.map((snapshot) => snapshot?.get(name)).find((entry) => entry?.stamp === stamp);
  return known ?? { stamp: settled ? stamp : "", content: UNSURE };
}

function listOf(joined: string): string[] {
  return joined === "" ? [] : joined.split("\0");
}
