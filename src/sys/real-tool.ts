// From a command line to the tool that is really meant: the next program of that name on PATH that is not this one.
// Knows nothing of this process's own environment: the client resolves for itself, the daemon for its clients.

import { accessSync, constants, statSync } from "node:fs";
import { absolutePath, baseName, type RawText } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";
import { isOurs, type SelfImage } from "./self-image.ts";

/** Name under which the program is itself and no stand-in. */
export const OWN_NAME = "zccache";

/** Whose tools they are. */
export type ToolPlace = {
  /** PATH of the caller; undefined if it has none. */
  readonly path: RawText | undefined;
  /** Working directory of the caller, absolute. */
  readonly cwd: RawText;
};

/** Where a tool is looked for. */
export type ToolSearch = ToolPlace & {
  readonly self: SelfImage;
  /**
   * How many different real tools to leave out, as another wrapper on PATH may call us again and again. The last one
   * found is never left out. 0 unless given.
   */
  readonly passOver?: number;
};

// What execvp(3) takes when PATH is not set.
const DEFAULT_PATH = "/bin:/usr/bin";

/** What a search ended with. */
export type FoundTool = {
  /** Absolute, links not followed; undefined if there is no such tool. */
  readonly path: RawText | undefined;
  /** Paths that were looked at, `path` among them: it stays the answer as long as nothing happens to them. */
  readonly examined: readonly RawText[];
};

/**
 * Says which tool a command line is for: `gcc …` behind a stand-in's name, `zccache gcc …`, `zccache wrap gcc …`.
 * `skip` counts the leading members that are not the tool's arguments.
 */
export function toolOf(argv: readonly RawText[]): { name: RawText; skip: number } {
  const [program = ""] = argv;
  if (baseName(program) !== OWN_NAME) return { name: baseName(program), skip: 1 };
  const at = argv[1] === "wrap" ? 2 : 1;
  return { name: argv[at] ?? "", skip: at + 1 };
}

/**
 * Finds the real tool behind a name. One with a slash is that file, unless that is us: then its base name is looked for.
 * An empty element of PATH is the working directory (POSIX).
 */
export function resolveRealTool(name: RawText, search: ToolSearch): FoundTool {
  if (name === "") return { path: undefined, examined: [] };
  if (!name.includes("/")) return searchPath(name, search);
  const path = absolutePath(name, search.cwd);
  const found = examine(path, search.self);
  if (found === "ours") return searchPath(baseName(path), search, [path]);
  return { path: found === undefined ? undefined : path, examined: [path] };
}

/** True if what stands at this absolute path is a program that we may execute, and us. */
export function isStandIn(path: RawText, self: SelfImage): boolean {
  return examine(path, self) === "ours";
}

function searchPath(
  name: RawText,
  { path = DEFAULT_PATH, cwd, self, passOver = 0 }: ToolSearch,
  examined: RawText[] = [],
): FoundTool {
  // /bin is often a link to /usr/bin: one file under two names is one tool.
  const seen = new Map<string, RawText>();
  for (const directory of path.split(":")) {
    const candidate = absolutePath(directory === "" ? name : `${directory}/${name}`, cwd);
    examined.push(candidate);
    const found = examine(candidate, self);
    if (found === undefined || found === "ours" || seen.has(found.file)) continue;
    seen.set(found.file, candidate);
    if (seen.size > passOver) break;
  }
  return { path: [...seen.values()].at(-1), examined };
}

/** What stands at a path: a program we may execute, ourselves, or neither. */
function examine(path: RawText, self: SelfImage): { file: string } | "ours" | undefined {
  const file = fsPath(path);
  try {
    const identity = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (identity?.isFile() !== true) return undefined;
    accessSync(file, constants.X_OK);
    return isOurs(path, identity, self) ? "ours" : { file: `${identity.dev}:${identity.ino}` };
  } catch {
    return undefined; // not to be reached or not to be executed: the shell would go on to the next one, too
  }
}
