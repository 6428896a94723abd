// Temporary directories of tests, written as literals.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Files by path below the root; a value is the content. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

const REMOVALS = 50;
const PAUSE_MS = 100;

/** A directory that is removed at the end of its scope. */
export class TemporaryTree implements Disposable {
  /** Absolute path of the root. */
  readonly path: string = mkdtempSync(join(tmpdir(), "zcc-"));

  /** Absolute path of `name` below the root. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes files, with the directories above them; those that exist are replaced. */
  write(files: Files): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.at(name)), { recursive: true });
      writeFileSync(this.at(name), content);
    }
  }

  /** Content of a file below the root. */
  read(name: string): Buffer {
    return readFileSync(this.at(name));
  }

  /** A process that is just ending may still put a file in. */
  [Symbol.dispose](): void {
    for (let left = REMOVALS; ; left--) {
      try {
        rmSync(this.path, { recursive: true, force: true });
        return;
      } catch (error) {
        if (left === 0) throw error;
        Bun.sleepSync(PAUSE_MS);
      }
    }
  }
}

/** A new temporary directory with these files in it: `using tree = fileTree({ "a.c": "int a;" })`. */
export function fileTree(files: Files = {}): TemporaryTree {
  const tree = new TemporaryTree();
  tree.write(files);
  return tree;
}
