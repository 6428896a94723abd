// Tells whether two directories hold the same files: kinds, modes, bytes, targets of symbolic links.

import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** State of each file below a directory by its relative path, e.g. `0644 <sha-256>`, `link <target>`, `dir 0755`. */
export type Snapshot = ReadonlyMap<string, string>;

/** State of everything below `directory`; `wanted` chooses paths by their relative name. */
export function snapshot(directory: string, wanted: (path: string) => boolean = () => true): Snapshot {
  const states = new Map<string, string>();
  for (const path of walk(directory, "")) if (wanted(path)) states.set(path, stateOf(join(directory, path)));
  return states;
}

/** One line for each path whose state is not the same in both, sorted; none means equal. */
export function differences(expected: Snapshot, actual: Snapshot): string[] {
  const paths = [...new Set([...expected.keys(), ...actual.keys()])].sort();
  return paths
    .filter((path) => expected.get(path) !== actual.get(path))
    .map((path) => `${path}: expected ${expected.get(path) ?? "nothing"}, got ${actual.get(path) ?? "nothing"}`);
}

/** Differences between all files below two directories. */
export function compareTrees(expected: string, actual: string): string[] {
  return differences(snapshot(expected), snapshot(actual));
}

/** Relative paths below `directory`, directories before what they hold. */
export function walk(directory: string, below: string): string[] {
  return readdirSync(join(directory, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    return entry.isDirectory() ? [path, ...walk(directory, path)] : [path];
  });
}

function stateOf(path: string): string {
  const stats = lstatSync(path);
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
  if (stats.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (stats.isDirectory()) return `dir ${mode}`;
  if (!stats.isFile()) return `special ${mode}`;
  return `${mode} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
}
