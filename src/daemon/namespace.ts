// A path names the same file for caller and daemon only if both see the same mounts and the same root directory.

import { readlinkSync, statSync } from "node:fs";

/** What decides which file a path names for a process: its mount namespace and root (namespaces(7), proc(5)). */
function viewOf(pid: number | "self"): string {
  const root = statSync(`/proc/${pid}/root/.`, { bigint: true });
  return `${readlinkSync(`/proc/${pid}/ns/mnt`)} ${root.dev}:${root.ino}`;
}

let own: string | undefined;

/** True if `pid` sees the file system as this process does. A process that can't be examined is taken for a stranger. */
export function sharesNamespace(pid: number): boolean {
  own ??= viewOf("self");
  try {
    return viewOf(pid) === own;
  } catch {
    return false;
  }
}
