// States that a look without reading gives: what is not there, links, directories, stamps.

import { readlinkSync } from "node:fs";
import { resolve } from "node:path/posix";
import type { Aspect } from "../core/observation.ts";
import { type RawText, rawFromBytes } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { realPath } from "../sys/real-path.ts";
import { errnoOf, type FileStamp, type StampOutcome } from "./file-stamp.ts";

/** True for the state of a path that can't be judged (`FileStates`): it matches nothing. */
export function isUnjudged(state: string): boolean {
  return state.startsWith("E");
}

/** The state where no content matters, else the stamp of the file or directory whose content does. */
export function plainState(found: StampOutcome, path: RawText, aspect: Aspect): string | FileStamp {
  switch (found.kind) {
    case "absent":
      return "A";
    case "unreadable":
      return found.errno;
    case "other":
      return "O";
    case "link":
      return linkState(path);
    case "directory":
      return aspect === "listing" ? found : directoryState(path);
    case "file":
      if (aspect === "stamp") return `T${found.size}@${found.mtimeNs}`;
      return aspect === "content" ? found : "P";
    default:
      return found satisfies never;
  }
}

/** Tools tell directories by what they are, not by names: gcc drops one that its search path has already. 10 µs. */
function directoryState(path: RawText): string {
  try {
    const real = realPath(path);
    return real === resolve(path) ? "D" : `D${real}`;
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? "A" : "E-busy";
  }
}

function linkState(path: RawText): string {
  try {
    return `L${rawFromBytes(readlinkSync(fsPath(path), { encoding: "buffer" }))}`;
  } catch (error) {
    // Exchanged between lstat and readlink: EINVAL if it is no link any more.
    return errnoOf(error) === "ENOENT" ? "A" : "E-busy";
  }
}
