// Modes and owners of what a tool looked at, where nothing is declared: `cp` and `tar` put them into what they make. Times
// of files are dependencies (aspect `stamp`); these two, which no time of last change shows, are one condition on a row.

import { lstatSync, statSync } from "node:fs";
import type { Dependency, EnvironmentCondition, ManifestRow } from "../../core/entry.ts";
import { absolutePath, type RawText } from "../../core/raw-text.ts";
import { brief } from "../../key/brief.ts";
import { fsPath } from "../../sys/fs-path.ts";

// No variable can have this name (environ(7)).
const NAME = "=modes";

/** The condition that all files and listed directories have the modes and owners that they have now. */
export function modesCondition(dependencies: readonly Dependency[], cwd: RawText): EnvironmentCondition {
  return { name: NAME, valueHash: brief(modesOf(dependencies, cwd)) };
}

/** True if there is no such condition, or it is met. 2 µs for each dependency. */
export function modesFit(row: Pick<ManifestRow, "dependencies" | "environment">, cwd: RawText): boolean {
  const condition = row.environment.find(({ name }) => name === NAME);
  return condition === undefined || condition.valueHash === brief(modesOf(row.dependencies, cwd));
}

// Files, links and listings. Directories that were only passed have whatever modes their users need.
const HAS_MODE = /^[FPLS]/;

function modesOf(dependencies: readonly Dependency[], cwd: RawText): string {
  return dependencies
    .filter(({ state }) => HAS_MODE.test(state))
    .map(({ path, aspect }) => modeOf(absolutePath(path, cwd), aspect))
    .join(" ");
}

function modeOf(path: RawText, aspect: Dependency["aspect"]): string {
  try {
    const { mode, uid, gid, mtimeMs } = (aspect === "link" ? lstatSync : statSync)(fsPath(path));
    // Whoever lists a directory may keep its time, too.
    return `${mode}:${uid}:${gid}${aspect === "listing" ? `:${mtimeMs}` : ""}`;
  } catch {
    return "gone";
  }
}
