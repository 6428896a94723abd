// Links that a library client orders (LinkEphemeral), compared with what the tool does alone in a tree of the same kind.

import { cpSync, mkdirSync, rmSync } from "node:fs";
import type { Client } from "../../../src/client/client.ts";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { type Snapshot, snapshot } from "../../support/compare-trees.ts";
import { mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { said } from "../library/bare.ts";
import { connect, pairsOf, statusOf } from "../library/connect.ts";

/** What a link did. Bytes of streams are code units. */
export type Linked = {
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: Snapshot;
};

/** The same through the daemon, what else it said, and which counter has grown by it. */
export type OrderedLink = Linked & {
  readonly cached: boolean;
  readonly warning: string | undefined;
  readonly counted: "hit" | "miss" | "refused" | undefined;
};

/** An order of the tree's directory. */
export type Order = { readonly tool: string; readonly args: readonly string[]; readonly env?: Record<string, string> };

/** A sandbox with a client of its daemon and a tree in which links are made. */
export class LinkOrders implements AsyncDisposable {
  readonly box: Sandbox;
  readonly #made: string;
  #client: Client | undefined;

  /** @param binary Executable under test, if it is not the one that is built for users. */
  constructor(binary?: string) {
    this.box = sandbox(binary);
    this.#made = this.box.tree.at("made");
  }

  /** Where links are made. */
  get directory(): string {
    return this.box.tree.at("work");
  }

  /** Makes the inputs of all links. */
  async make(script: string): Promise<void> {
    mkdirSync(this.#made);
    await mustRun(["sh", "-euc", script], { cwd: this.#made, env: this.#env() });
  }

  /** The tree anew, with the inputs in it, older than any run. @param change Run in it at last. */
  async reset(change = ":"): Promise<void> {
    rmSync(this.directory, { recursive: true, force: true });
    cpSync(this.#made, this.directory, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await mustRun(["sh", "-euc", change], { cwd: this.directory, env: this.#env() });
    // What was written within the same tick of the clock may have changed while the tool ran.
    await Bun.sleep(50);
  }

  /** What the tool does alone. */
  bare({ tool, args, env }: Order): Linked {
    const options = { cwd: this.directory, env: this.#env(env), stdin: null };
    const { exitCode, stdout, stderr } = Bun.spawnSync([tool, ...args], options);
    return { ...said({ exit_code: exitCode, stdout, stderr }), files: snapshot(this.directory) };
  }

  /** Asks for it, and waits until it has been filed. @throws what the daemon refuses. */
  async order({ tool, args, env }: Order): Promise<OrderedLink> {
    this.#client ??= await connect(this.box);
    const before = await statusOf(this.box);
    const reply = await this.#client.ask("LinkEphemeral", {
      client_pid: process.pid,
      tool: rawFromString(tool),
      args: args.map(rawFromString),
      cwd: rawFromString(this.directory),
      env: pairsOf(this.#env(env)),
    });
    const files = snapshot(this.directory);
    await this.box.settled(before.total_compilations + before.total_links + 1);
    const after = await statusOf(this.box);
    const counted = (["hit", "miss", "refused"] as const).find((end) => after[COUNTERS[end]] > before[COUNTERS[end]]);
    return { ...said(reply), files, cached: reply.cached, warning: reply.warning, counted };
  }

  /** Forgets the daemon, which may have ended. */
  disconnect(): void {
    this.#client?.[Symbol.dispose]();
    this.#client = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect();
    await this.box[Symbol.asyncDispose]();
  }

  /** The counting stand-ins of the sandbox would be programs that the trace does not see through. */
  #env(more: Record<string, string> = {}): Record<string, string> {
    const { COMPILER_PATH: _, ...env } = this.box.env;
    return { ...env, ...more };
  }
}

const COUNTERS = { hit: "link_hits", miss: "link_misses", refused: "link_non_cacheable" } as const;
