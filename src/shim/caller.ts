// What is special about the caller: its streams, limits and working directory. Where a result from the cache could not
// have the effect that the tool has, the tool is run as it is, and nobody is asked. The stub's src/stub/native/caller.c
// has the same rules.

import { readFileSync } from "node:fs";
import { hasHungUp } from "../sys/libc.ts";
import { openFile } from "./descriptors.ts";

/** False if the caller's streams or limits are such that only the tool itself can have the right effect. */
export function isForTheCache(): boolean {
  // What the daemon writes for us would not be held to our limit.
  return [0, 1, 2].every(wasOpen) && !hasHungUp(1) && !hasHungUp(2) && isUnlimited(ownLimits(), "Max file size");
}

// A daemon would inherit them, and they would end it one day.
const LIMITS_OF_DAEMONS = ["Max address space", "Max data size", "Max cpu time"];

/** True if a daemon started from here would live as long as it should. */
export function canStartDaemon(limits = ownLimits()): boolean {
  return LIMITS_OF_DAEMONS.every((name) => isUnlimited(limits, name));
}

/** True if a text of /proc/PID/limits (proc(5)) has no soft limit of that name. */
export function isUnlimited(limits: string, name: string): boolean {
  const [, soft = "unlimited"] = new RegExp(`^${name}\\s+(\\S+)`, "m").exec(limits) ?? [];
  return soft === "unlimited";
}

function ownLimits(): string {
  return readFileSync("/proc/self/limits", "latin1");
}

/**
 * False for a stream that was closed: Bun puts /dev/null there, close-on-exec, so that the tool gets it closed again; one
 * that came through exec has no such flag. A closed stream makes a tool fail or not, and its number goes to the first
 * file that the tool opens.
 */
function wasOpen(fd: number): boolean {
  const O_CLOEXEC = 0o2000000;
  return (openFile(fd).flags & O_CLOEXEC) === 0;
}
