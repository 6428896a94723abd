// One look at a name itself, links not followed.

import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { type RawText, rawFromBytes } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { NodeKind } from "./node.ts";

/** What a name leads to at the moment. */
export type Found = {
  readonly kind: Exclude<NodeKind, "unknown">;
  /** st_dev; -1 if nothing is there. */
  readonly device: number;
  /** Of a symbolic link. */
  readonly target: RawText | undefined;
};

const ABSENT: Found = { kind: "absent", device: -1, target: undefined };

/** Looks at `path` itself. @returns undefined if it can't be seen (EACCES …) or changed meanwhile. */
export function lookAt(path: RawText): Found | undefined {
  try {
    const stats = lstatSync(fsPath(path), { throwIfNoEntry: false });
    if (stats === undefined) return ABSENT;
    const target = stats.isSymbolicLink()
      ? rawFromBytes(readlinkSync(fsPath(path), { encoding: "buffer" }))
      : undefined;
    return { kind: kindOf(stats), device: stats.dev, target };
  } catch (error) {
    return isErrno(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG") ? ABSENT : undefined;
  }
}

function kindOf(stats: Stats): Found["kind"] {
  if (stats.isDirectory()) return "directory";
  if (stats.isFile()) return "file";
  return stats.isSymbolicLink() ? "link" : "other";
}
