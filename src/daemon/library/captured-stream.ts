// What a tool says on one of its streams, in memory and not in a pipe: it never waits for us to read.

import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { RawText } from "../../core/raw-text.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { createMemoryFile } from "../../sys/libc.ts";

const CHUNK_BYTES = 1 << 20;

/** A memory file that a tool writes to. */
export class CapturedStream implements Disposable {
  readonly fd: number = createMemoryFile("zccache-stream");

  /** Bytes that were written so far. */
  get size(): number {
    return fstatSync(this.fd).size;
  }

  /** All of them. */
  bytes(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.size);
    return bytes.subarray(0, bytes.length === 0 ? 0 : readSync(this.fd, bytes, 0, bytes.length, 0));
  }

  /** Puts them into a new file, for our user only. @throws the system's error. */
  saveAs(path: RawText): void {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const to = openSync(fsPath(path), flags, 0o600);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      for (let at = 0; ; ) {
        const length = readSync(this.fd, chunk, 0, chunk.length, at);
        if (length === 0) return;
        for (let done = 0; done < length; ) done += writeSync(to, chunk, done, length - done);
        at += length;
      }
    } finally {
      closeSync(to);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}
