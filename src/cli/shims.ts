// Stand-ins in a directory: which names are worth one, and what is at such a name now.

import { accessSync, constants, lstatSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { baseName, type RawText, rawFromString } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { OWN_NAME } from "../sys/real-tool.ts";
import { isOurs, type SelfImage } from "../sys/self-image.ts";

// gcc, g++-12, x86_64-linux-gnu-gcc-12, arm-none-eabi-g++, clang-14; not clang-tidy, and not c89-gcc, which is a script
// around cc.
const COMPILER_NAME = /^(?!c[89]9-)(?:[\w.]+-)*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-\d+(?:\.\d+)*)?$/;
// ld.gold, gcc-ar-12, x86_64-linux-gnu-strip; not llvm-strip, whose way to write is another.
const LINKER_NAME = /^(?:[\w.]+-)*ld(?:\.(?:bfd|gold|lld|mold))?$|^(?:mold|ld\.lld-\d+|llvm-ar(?:-\d+)?)$/;
const ARCHIVER_NAME = /^(?!llvm-)(?:[\w.]+-)*(?:(?:gcc-)?(?:ar|ranlib)(?:-\d+)?|strip|objcopy)$/;
const NAMES = [COMPILER_NAME, LINKER_NAME, ARCHIVER_NAME];

/** What a name in a directory is. `stand-in` is a symbolic link to this program, to a copy, or to where one was. */
export type Occupant = "nothing" | "stand-in" | "foreign";

/** Names of the C and C++ compilers, linkers and archivers on PATH, sorted. */
export function toolsOnPath(path: RawText, self: SelfImage): string[] {
  const names = new Set<string>();
  for (const directory of path.split(":").filter((part) => part.startsWith("/"))) {
    for (const name of namesIn(directory)) {
      if (NAMES.some((pattern) => pattern.test(name)) && isRealTool(`${directory}/${rawFromString(name)}`, self))
        names.add(name);
    }
  }
  return [...names].sort();
}

/** Looks at what is at `path`. Never follows a link that is to be replaced. */
export function occupantOf(path: RawText, self: SelfImage): Occupant {
  const entry = lstatSync(fsPath(path), { throwIfNoEntry: false });
  if (entry === undefined) return "nothing";
  if (!entry.isSymbolicLink()) return "foreign";
  const target = statSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
  if (target !== undefined) return isOurs(path, target, self) ? "stand-in" : "foreign";
  // Dangling: left behind by a zccache that has been moved or removed.
  const name = baseName(readlinkSync(fsPath(path), { encoding: "buffer" }).toString("latin1"));
  return name === OWN_NAME ? "stand-in" : "foreign";
}

function namesIn(directory: RawText): string[] {
  try {
    return readdirSync(fsPath(directory));
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES")) return []; // PATH may name what is not there
    throw error;
  }
}

function isRealTool(path: RawText, self: SelfImage): boolean {
  try {
    const stats = statSync(fsPath(path), { bigint: true });
    accessSync(fsPath(path), constants.X_OK);
    return stats.isFile() && !isOurs(path, stats, self);
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES", "ELOOP")) return false;
    throw error;
  }
}
