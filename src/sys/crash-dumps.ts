// Crash dumps of the daemon: text files in one directory, each told once.
//
//   name     ::= "crash-" <seconds since 1970> "-zccache-daemon-" ("panic" | <signal>) ["-" <n>] ".txt"
//   reported ::= name ".reported"         empty; beside a dump that has been told of

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";
import { namesIn } from "./names-in.ts";
import { removeIfThere } from "./staged-file.ts";

/** What ended the daemon: an error that nobody caught, or a signal, e.g. "SIGSEGV". */
export type CrashCause = "panic" | `SIG${string}`;

/** A crash to be written down. */
export type Crash = {
  readonly cause: CrashCause;
  /** When, in seconds since 1970. */
  readonly unixSeconds: number;
  /** What is known of it. Must hold no values of variables. */
  readonly text: string;
};

/** A dump that is there. */
export type CrashDump = {
  readonly path: RawText;
  readonly cause: string;
  readonly unixSeconds: number;
  /** True once somebody has been told of it. */
  readonly reported: boolean;
};

const NAME = /^crash-(\d+)-zccache-daemon-(panic|SIG[A-Z]+)(?:-\d+)?\.txt$/;
const REPORTED = ".reported";

/** Writes a dump, never over another one. @returns its path. @throws the system's error. */
export function writeDump(directory: RawText, { cause, unixSeconds, text }: Crash): RawText {
  mkdirSync(fsPath(directory), { recursive: true, mode: 0o700 });
  for (let number = 1; ; number++) {
    const part = number === 1 ? "" : `-${number}`;
    const path = `${directory}/crash-${unixSeconds}-zccache-daemon-${cause}${part}.txt`;
    try {
      writeFileSync(fsPath(path), text, { flag: "wx", mode: 0o600 });
      return path;
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
  }
}

/** The dumps in a directory, oldest first; none where there is no such directory. @throws the system's error. */
export function listDumps(directory: RawText): CrashDump[] {
  const names = namesIn(directory);
  const all = new Set(names);
  return names
    .flatMap((name) => {
      const [, seconds, cause = ""] = NAME.exec(name) ?? [];
      if (seconds === undefined) return [];
      const path = `${directory}/${name}`;
      return [{ path, cause, unixSeconds: Number(seconds), reported: all.has(`${name}${REPORTED}`) }];
    })
    .sort((a, b) => a.unixSeconds - b.unixSeconds || (a.path < b.path ? -1 : 1));
}

/** Its message's first line, which stands behind the facts and an empty line. @throws the system's error. */
export function messageOf({ path }: CrashDump): string {
  return readFileSync(fsPath(path), "utf8").split("\n\n")[1]?.split("\n")[0] ?? "";
}

/** Marks a dump as told of. @throws the system's error. */
export function markReported({ path }: CrashDump): void {
  writeFileSync(fsPath(`${path}${REPORTED}`), "", { mode: 0o600 });
}

/** Removes all dumps and their marks. @returns how many dumps there were. @throws the system's error. */
export function clearDumps(directory: RawText): number {
  const dumps = listDumps(directory);
  for (const { path } of dumps) {
    removeIfThere(path);
    removeIfThere(`${path}${REPORTED}`);
  }
  return dumps.length;
}
