// What stands where an output goes before a command runs: nothing, an old file, one that can't be written, or a link.

import { chmodSync, copyFileSync, lstatSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../support/random.ts";
import { weighed } from "./chance.ts";
import { type Command, NOWHERE, outputOf } from "./commands.ts";

/** What is there beforehand. */
export type Standing = "link" | "link to nowhere" | "nothing" | "old file" | "read-only file";

/** Mostly nothing. */
export function anyStanding(random: Random): Standing {
  return weighed<Standing>(random, [
    [32, "nothing"],
    [5, "old file"],
    [1, "read-only file"],
    [1, "link"],
    [1, "link to nowhere"],
  ]);
}

/**
 * True if it has no bearing on whether the command hits. Others are left to the tool, archives are added to, and what is
 * changed in place keeps its mode.
 */
export function isUsual(command: Command, standing: Standing): boolean {
  return standing === "nothing" || (standing === "old file" && originOf(command) === undefined);
}

/** Puts it there. What a command changes in place is a copy of its file, with that file's times. */
export function place(command: Command, checkout: string, standing: Standing): void {
  const output = outputOf(command);
  if (output === undefined || output === NOWHERE) return;
  const path = join(checkout, output);
  const origin = originOf(command);
  if (standing === "nothing" && (command.what === "compile" || command.before === undefined)) return;
  const linked = standing === "link" || standing === "link to nowhere";
  if (linked) symlinkSync(standing === "link" ? "kept" : "nowhere", path);
  const file = linked ? join(dirname(path), "kept") : path;
  if (standing !== "link to nowhere") put(file, origin === undefined ? undefined : join(checkout, origin));
  if (standing === "old file") chmodSync(file, 0o600);
  if (standing === "read-only file") chmodSync(file, 0o444);
}

/** What stands there is a copy of it, as archivers take nothing but archives. */
function originOf(command: Command): string | undefined {
  if (command.what === "compile") return undefined;
  return command.before ?? (/ar$/.test(command.tool) ? "arc/x.a" : undefined);
}

/** An archive that is not there cannot be copied, but changed neither. */
function put(file: string, origin: string | undefined): void {
  const stat = origin === undefined ? undefined : lstatSync(origin, { throwIfNoEntry: false });
  if (origin === undefined || stat === undefined) {
    writeFileSync(file, "stale");
    return;
  }
  copyFileSync(origin, file);
  utimesSync(file, stat.atime, stat.mtime);
}
