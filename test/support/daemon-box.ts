// A daemon that a test starts and ends by itself, with its exit code and what it logs.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkImage, readBlock } from "../../src/store/depgraph-file.ts";
import { decodeRecords, type ImageRecord } from "../../src/store/depgraph-image.ts";
import { writeRecords } from "./graph-records.ts";
import { type Sandbox, sandbox } from "./sandbox.ts";
import { until } from "./until.ts";

/** A running daemon. */
export type Daemon = {
  readonly child: ChildProcess;
  /** Exit code, or the signal that it ended by. */
  readonly ended: Promise<number | string>;
  /** What it has written to standard error and output. */
  log(): string;
};

/** A sandbox whose daemon the test runs. */
export class DaemonBox implements AsyncDisposable {
  readonly box: Sandbox = sandbox();
  readonly env: Sandbox["env"];
  #lives = 0;

  constructor(more: Record<string, string> = {}) {
    this.env = { ...this.box.env, ZCCACHE_NO_SPAWN: "1", ...more };
  }

  /** Path of the warm-start image, which need not be there. */
  get image(): string {
    const [root] = new Bun.Glob("v*").scanSync({ cwd: this.box.cache, absolute: true, onlyFiles: false });
    if (root === undefined) throw new Error("no daemon has run yet");
    return join(root, "depgraph/depgraph.bin");
  }

  /** Starts a daemon and waits until it answers. */
  async start(...flags: readonly string[]): Promise<Daemon> {
    const log = this.box.tree.at(`log-${this.#lives++}`);
    const args = ["daemon-run", "--foreground", "--log-file", log, ...flags];
    const child = spawn(this.box.binary, args, { env: this.env, stdio: "ignore" });
    const ended = new Promise<number | string>((resolve) => {
      child.once("exit", (code, signal) => resolve(code ?? signal ?? "?"));
    });
    const answers = async () => {
      const text = existsSync(log) ? readFileSync(log, "utf8") : "";
      return text.includes(" listens at ") && (await this.status()) !== undefined;
    };
    await until(answers, "the daemon to start", 20);
    return { child, ended, log: () => readFileSync(log, "utf8") };
  }

  /** Ends a daemon by a signal. @returns its exit code, or the signal. */
  async end(daemon: Daemon, signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    daemon.child.kill(signal);
    return await daemon.ended;
  }

  async status(): Promise<Record<string, number | boolean>> {
    return JSON.parse((await this.box.zccache(["status", "--json"], { env: this.env })).stdout).daemon;
  }

  /** Waits until the image has been loaded or saved. */
  async persisted(): Promise<void> {
    await until(async () => (await this.status())["dep_graph_persisted"] === true, "the image to be loaded", 50);
  }

  /** Makes the image one that takes seconds to load: so many more files, none of which is there any more. */
  async enlargeImage(files: number): Promise<void> {
    const outcome = checkImage(this.image);
    if (outcome.kind !== "loaded") throw new Error(`the image is ${outcome.kind}`);
    const blocks = outcome.blocks.map((block) => readBlock(this.image, block));
    const own = blocks.flatMap((block) => [...decodeRecords(block)].map(({ record }) => record));
    const [device = 0n] = outcome.head.devices.map((scope) => scope.device);
    const content = { device, inode: 1n, size: 1n, mtimeNs: 1n, ctimeNs: 1n, digest: "0".repeat(64) };
    const gone = this.box.tree.at("gone");
    const more = Array.from({ length: files }, (_, n): ImageRecord => {
      return { path: `${gone}/${n}/h.h`, aspect: "content", idleLives: 0, content };
    });
    await writeRecords(this.image, outcome.head, [...more, ...own]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }
}
