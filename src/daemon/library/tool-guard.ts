// No tool outlives the daemon that runs it, however that ends. A daemon that ends by itself kills them; for one that is
// killed a small process does, which waits for that and for nothing else (src/tracer/native/guard.c). PR_SET_PDEATHSIG would
// reach the tool alone, not what that has started. A daemon that is killed in the microseconds between the start of a tool
// and the word to the guard leaves it behind.

import { closeSync, openSync, writeSync } from "node:fs";
import { describeError } from "../../core/errors.ts";
import type { RawText } from "../../core/raw-text.ts";
import { createPipe } from "../../sys/libc.ts";
import type { Logger } from "../../sys/log.ts";
import { killIf } from "../../sys/process-kill.ts";
import { spawnProgram, waitForChild } from "../../sys/processes.ts";
import { once } from "./slots.ts";

type Guard = { readonly pid: number; readonly input: number };

/** Started before the first tool, and again should it have gone. */
export class ToolGuard {
  readonly #program: () => RawText;
  readonly #log: Logger;
  readonly #groups = new Set<number>();
  #guard: Guard | undefined;

  /** @param program Path of the tracer, which is the guard when it is executed. */
  constructor(program: () => RawText, log: Logger) {
    this.#program = program;
    this.#log = log;
  }

  /** To be called right before a tool is started, so that nothing but a word is left to be written afterwards. */
  prepare(): void {
    if (this.#guard === undefined) this.#startAgain(true);
  }

  /**
   * From now on a process group ends with the daemon. To be disposed before its leader is reaped: its number can be
   * another's afterwards. Never throws: without a guard tools run all the same.
   */
  watch(group: number): Disposable {
    this.#groups.add(group);
    this.#tell(group);
    return once(() => {
      this.#groups.delete(group);
      this.#tell(-group);
    });
  }

  #tell(word: number): void {
    try {
      if (this.#guard !== undefined) write(this.#guard, [word]);
      else if (word > 0) this.#startAgain();
    } catch {
      this.#startAgain();
    }
  }

  /** One that died, or has stopped to read. It must not take the end of its input for the daemon's. */
  #startAgain(isWanted = this.#groups.size > 0): void {
    const { pid, input } = this.#guard ?? {};
    this.#guard = undefined;
    try {
      if (pid !== undefined) {
        killIf(pid, () => true);
        waitForChild(pid);
      }
      if (input !== undefined) closeSync(input);
      if (isWanted) this.#start();
    } catch (error) {
      this.#log.warn("daemon", `Tools that run for clients may outlive this daemon: ${describeError(error)}`);
    }
  }

  #start(): void {
    const { readEnd, writeEnd } = createPipe();
    const nothing = openSync("/dev/null", "r+");
    try {
      const program = { path: this.#program(), argv: ["zccache-guard"], environment: [] };
      const descriptors = [
        [readEnd, 0],
        [nothing, 1],
        [nothing, 2],
      ] as const;
      this.#guard = { pid: spawnProgram(program, descriptors, "/"), input: writeEnd };
    } catch (error) {
      closeSync(writeEnd);
      throw error;
    } finally {
      closeSync(readEnd);
      closeSync(nothing);
    }
    write(this.#guard, [...this.#groups]);
  }
}

// What a pipe takes whole or not at all (PIPE_BUF, pipe(7)) is 4096 bytes.
const WORDS_AT_ONCE = 1024;

function write({ input }: Guard, words: readonly number[]): void {
  for (let at = 0; at < words.length; at += WORDS_AT_ONCE) {
    writeSync(input, Int32Array.from(words.slice(at, at + WORDS_AT_ONCE)));
  }
}
