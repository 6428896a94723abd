// Finished runs of GenericToolExec for tests, and what files them.

import { writeFileSync, writeSync } from "node:fs";
import type { Observation } from "../../../../src/core/observation.ts";
import { CapturedStream } from "../../../../src/daemon/library/captured-stream.ts";
import { fileExec } from "../../../../src/daemon/library/exec-file.ts";
import { IncludeScanner } from "../../../../src/daemon/library/exec-includes.ts";
import { type KeyedExec, keyExec } from "../../../../src/daemon/library/exec-key.ts";
import { createFileStates } from "../../../../src/key/file-states.ts";
import { openStore } from "../../../../src/store/open-store.ts";
import type { Store } from "../../../../src/store/store.ts";
import { findTexts } from "../../../../src/sys/find-texts.ts";
import { fileClockNs } from "../../../../src/sys/libc.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";
import { NOTHING_OBSERVED } from "../../../support/observations.ts";
import { execCall, fill } from "./exec-calls.ts";

/** What a run did. */
export type Deeds = Partial<Observation> & {
  readonly exitCode?: number;
  readonly signal?: number;
  readonly stdout?: string | Uint8Array;
  readonly lingering?: readonly number[];
  /** Done while the tool runs. */
  readonly work?: (tree: TemporaryTree) => void;
};

/** A tree with a store beside it. Make one with `await using`. */
export class ExecBench implements AsyncDisposable {
  readonly tree: TemporaryTree = fill(fileTree());
  readonly files = createFileStates();
  readonly store: Store = openStore(this.tree.at("cache"));

  /** Keys a call as the daemon does. */
  async keyed(fields: Readonly<Record<string, unknown>> = {}): Promise<KeyedExec> {
    return await keyExec(execCall(this.tree, fields), this.files, new IncludeScanner());
  }

  /** Files a run of it. @returns its row, or why there is none. */
  async file(deeds: Deeds = {}, fields: Readonly<Record<string, unknown>> = {}) {
    const keyed = await this.keyed(fields);
    // Ticks of the clock of file times, which come late on a busy machine: what the test wrote is older than the run.
    await Bun.sleep(40);
    keyed.snapshot.hold([]);
    const startedNs = fileClockNs();
    const startedMs = performance.now();
    deeds.work?.(this.tree);
    using streams = new DisposableStack();
    const [stdout, stderr] = [streams.use(new CapturedStream()), streams.use(new CapturedStream())];
    const said = Buffer.from(deeds.stdout ?? "");
    if (said.length > 0) writeSync(stdout.fd, said);
    const { exitCode = 0, signal, lingering = [], work: _work, stdout: _stdout, ...observed } = deeds;
    const end = { exitCode, signal, stdout, stderr, [Symbol.dispose]: () => undefined };
    const trace = { observation: { ...NOTHING_OBSERVED, ...observed }, lingering, startedNs, startedMs };
    return await fileExec({ end, millis: 1, trace }, keyed, {
      files: this.files,
      store: this.store,
      findTexts: async (path, _bytes, texts) => findTexts(path, texts),
      tracer: { path: () => "/lib/tracer.so" },
    });
  }

  /** A run that writes these files, given by names below the tree. */
  wrote(...names: string[]): Deeds {
    return {
      written: names.map((name) => this.tree.at(name)),
      work: (tree) => {
        for (const name of names) writeFileSync(tree.at(name), name);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
    this.tree[Symbol.dispose]();
  }
}
