// What the daemon knows of the real tools it met: which of them can't be traced, and why.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/** Tools by the state of their file (content included), so that an exchanged tool is judged anew. */
export class Tools {
  readonly #verdicts = new Map<string, { path: RawText; reason: string | undefined }>();
  readonly #proven = new Set<string>();

  /** Why this tool can't be traced; undefined if nothing speaks against it. Its file is read once per content. */
  untraceable(path: RawText, state: string): string | undefined {
    const known = this.#verdicts.get(`${path}\0${state}`);
    if (known !== undefined) return known.reason;
    const reason = inspect(path);
    this.#verdicts.set(`${path}\0${state}`, { path, reason });
    return reason;
  }

  /**
   * Learns from a run. A tool whose first runs leave an incomplete trace is not traced again; one that was traced in
   * full before was only unlucky, or was asked for something special.
   * @param incomplete Why the trace is incomplete; undefined if it is not.
   */
  judge(path: RawText, state: string, incomplete: string | undefined): void {
    const tool = `${path}\0${state}`;
    if (incomplete === undefined) this.#proven.add(tool);
    else if (!this.#proven.has(tool) && THE_TOOLS_FAULT.test(incomplete)) {
      this.#verdicts.set(tool, { path, reason: incomplete });
    }
  }

  /** One line per untraceable tool, for `status`. */
  report(): string[] {
    return [...this.#verdicts.values()].flatMap(({ path, reason }) =>
      reason === undefined ? [] : [`${showRaw(path)}: ${reason}`],
    );
  }
}

// Other gaps (a file that changed, a full buffer) are the run's own.
const THE_TOOLS_FAULT = /^(untraceable program|untraced program|the tool left no record|unseen work|processes outlive)/;

const ELF_MAGIC = 0x464c457f;
const CLASS_64 = 2;
const PT_INTERP = 3;
const SET_USER_OR_GROUP_ID = 0o6000;

/** Looks at the head of a file (elf(5)): only a dynamic executable of our own class loads a preloaded library. */
function inspect(path: RawText): string | undefined {
  const head = Buffer.alloc(64 * 64);
  const fd = openSync(fsPath(path), "r");
  try {
    if ((fstatSync(fd).mode & SET_USER_OR_GROUP_ID) !== 0) return "set-user-ID or set-group-ID";
    const length = readSync(fd, head, 0, head.length, 0);
    if (head.toString("latin1", 0, 2) === "#!") return undefined;
    if (length < 64 || head.readUInt32LE(0) !== ELF_MAGIC) return "neither an ELF file nor a script";
    if (head[4] !== CLASS_64) return "not a 64-bit executable";
  } finally {
    closeSync(fd);
  }
  return hasInterpreter(head) ? undefined : "statically linked";
}

/** True if a program header of type PT_INTERP lies in the part that was read. */
function hasInterpreter(head: Buffer): boolean {
  const offset = Number(head.readBigUInt64LE(32));
  const entrySize = head.readUInt16LE(54);
  const count = head.readUInt16LE(56);
  for (let i = 0; i < count; i++) {
    const at = offset + i * entrySize;
    if (at + 4 <= head.length && head.readUInt32LE(at) === PT_INTERP) return true;
  }
  return false;
}
