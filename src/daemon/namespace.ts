// A path names the same file for caller and daemon only if both see the same mounts and the same root directory, and
// /proc/PID the same process only if they share the pid namespace (the trace buffer is reached through it).

import { identityOf, readShortLink } from "../sys/libc.ts";

/** What decides which file or process a path names: mount and pid namespaces and root (namespaces(7), proc(5)). */
function viewOf(pid: number | "self"): string {
  const place = `/proc/${pid}`;
  return `${readShortLink(`${place}/ns/mnt`)} ${readShortLink(`${place}/ns/pid`)} ${identityOf(`${place}/root/.`)}`;
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
