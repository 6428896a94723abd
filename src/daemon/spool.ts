// Files into which clients copy their standard input where that is the source.

import { mkdirSync, rmSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/** Hands out names for spooled standard input and removes the files afterwards; its end removes the directory. */
export type Spool = Disposable & {
  /** A path that no file has yet. */
  newPath(): RawText;
  /** Removes a spooled file; one that is not below the spool directory is left alone. */
  remove(path: RawText): void;
};

/** A spool below the state directory. What an earlier daemon left there is removed. */
export function createSpool(state: RawText): Spool {
  const directory = spoolDirectory(state);
  rmSync(fsPath(directory), { recursive: true, force: true });
  mkdirSync(fsPath(directory), { recursive: true, mode: 0o700 });
  const prefix = `${directory}/`;
  return {
    [Symbol.dispose]: () => rmSync(fsPath(directory), { recursive: true, force: true }),
    newPath: () => `${prefix}stdin-${crypto.randomUUID()}`,
    remove: (path) => {
      if (path.startsWith(prefix) && !path.includes("..")) rmSync(fsPath(path), { force: true });
    },
  };
}

/** Where the spool of a state directory is. */
export function spoolDirectory(state: RawText): RawText {
  return `${state}/spool`;
}
