// A tree whose fingerprints the daemon of a sandbox keeps, and a client that asks for them.

import { expect } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { CallFields, Client } from "../../src/client/client.ts";
import type { CallReply } from "../../src/ipc/schemas/calls.ts";
import { libraryClient } from "./library-client.ts";
import { type Sandbox, sandbox } from "./sandbox.ts";

/** What a check is asked with, where it is not the cache file `/watch`, the whole tree and `two-layer`. */
export type Filters = Partial<CallFields<"FingerprintCheck">>;

/** What a check says. */
export type Verdict = Omit<CallReply<"FingerprintCheck">, "type">;

export const SKIP: Verdict = { decision: "skip", reason: undefined, changed_files: [] };

/** The answer "run". */
export function run(reason: string, ...changed_files: string[]): Verdict {
  return { decision: "run", reason, changed_files };
}

/** A client and a tree: `a.rs`, `src/b.rs` and others. */
export class FingerprintScene implements AsyncDisposable {
  readonly box: Sandbox = sandbox();
  readonly root: string = this.box.tree.at("tree");
  client: Client | undefined;

  static async open(): Promise<FingerprintScene> {
    const scene = new FingerprintScene();
    scene.write({ "a.rs": "a", "src/b.rs": "b", "src/c.h": "c", "target/out.rs": "o", ".hidden/d.rs": "d" });
    scene.client = await libraryClient(scene.box);
    return scene;
  }

  /** Restarts the daemon. */
  async reopen(): Promise<void> {
    this.client?.[Symbol.dispose]();
    await this.box.stop();
    this.client = await libraryClient(this.box);
  }

  at(name: string): string {
    return `${this.root}/${name}`;
  }

  write(files: Record<string, string>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.at(name)), { recursive: true });
      writeFileSync(this.at(name), content);
    }
  }

  async check(filters: Filters = {}, client = this.client): Promise<Verdict> {
    if (client === undefined) throw new Error("the scene is not open");
    const lists = { extensions: [], include_globs: [], exclude: [] };
    const fields = { cache_file: "/watch", cache_type: "two-layer", root: this.root, ...lists, ...filters } as const;
    const { type: _type, ...verdict } = await client.ask("FingerprintCheck", fields);
    return verdict;
  }

  async mark(name: "Success" | "Failure", cache_file = "/watch"): Promise<void> {
    expect(await this.client?.ask(`FingerprintMark${name}`, { cache_file })).toEqual({ type: "FingerprintAck" });
  }

  /** Checks, and says that the work is done. */
  async settle(filters: Filters = {}): Promise<void> {
    await this.check(filters);
    await this.mark("Success", filters.cache_file);
    expect(await this.check(filters)).toEqual(SKIP);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client?.[Symbol.dispose]();
    await this.box[Symbol.asyncDispose]();
  }
}
