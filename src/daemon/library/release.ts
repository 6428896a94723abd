// ReleaseWorktreeHandles: lets go of everything below a directory, so that it can be deleted.

import { readdirSync, readlinkSync } from "node:fs";
import { isErrno } from "../../core/errors.ts";
import { type RawText, rawFromBytes, showRaw } from "../../core/raw-text.ts";
import type { Places } from "../../ipc/places.ts";
import { realPath } from "../../sys/real-path.ts";
import type { Handlers } from "./handlers.ts";
import { refused } from "./refused.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

/** The handler. */
export function releaseHandlers(
  sessions: Sessions,
  where: Pick<Places, "root" | "topRoot">,
): Handlers<"ReleaseWorktreeHandles"> {
  return {
    ReleaseWorktreeHandles: ({ path }) => {
      const directory = releasable(path, where);
      const inspected = sessions.active;
      const dropped = inspected.filter((session) => worksIn(session, directory));
      for (const session of dropped) sessions.drop(session);
      return {
        type: "ReleaseWorktreeHandlesResult",
        inspected: inspected.length,
        released: dropped.length,
        sessions_dropped: dropped.map(({ settings }) => settings.id),
        unreleased: openBelow(directory),
      };
    },
  };
}

/** The real path; as it is spelled, but for slashes at its end, where there is nothing. */
export function realPathOrSelf(path: RawText): RawText {
  try {
    return realPath(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return path.replace(/(?<=.)\/+$/s, "");
    throw error;
  }
}

function releasable(path: RawText, where: Pick<Places, "root" | "topRoot">): RawText {
  if (!path.startsWith("/")) throw refused(`let go of "${showRaw(path)}"`, "it is not absolute");
  const directory = realPathOrSelf(path);
  const holdsCache = [where.root, where.topRoot].some((root) => isInside(realPathOrSelf(root), directory));
  if (holdsCache) throw refused(`let go of "${showRaw(path)}"`, "the cache is in it");
  return directory;
}

function worksIn({ settings }: Session, directory: RawText): boolean {
  return [settings.realDirectory, realPathOrSelf(settings.workingDirectory)].some((path) => isInside(path, directory));
}

function isInside(path: RawText, directory: RawText): boolean {
  return path === directory || path.startsWith(directory === "/" ? directory : `${directory}/`);
}

/** What this process still has open there; sessions keep no file open. */
function openBelow(directory: RawText): RawText[] {
  const descriptors = "/proc/self/fd";
  return readdirSync(descriptors)
    .map((fd) => targetOf(`${descriptors}/${fd}`))
    .filter((target) => target !== undefined && isInside(target, directory))
    .filter((target) => target !== undefined);
}

function targetOf(link: string): RawText | undefined {
  try {
    return rawFromBytes(readlinkSync(link, { encoding: "buffer" }));
  } catch {
    return undefined; // of the listing itself, which is closed by now
  }
}
