// A sandbox in which links go through zccache, and what the daemon says of them.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

/** What of the daemon's status is about links. */
export type LinkCounts = { readonly hits: number; readonly misses: number; readonly refused: number };

/** Runs commands of a shell, with further variables, in one of the sandbox's directories. */
export class LinkBox implements AsyncDisposable {
  readonly box: Sandbox = sandbox();
  /** Has a line for each call of `z` since the cache was empty. */
  readonly #calls: string = this.box.tree.at("calls");

  /** Everything is done in the background by then; `z` is zccache. @throws {Error} with what was said if it fails. */
  async sh(script: string, { cwd = ".", env = {} }: { cwd?: string; env?: Record<string, string> } = {}) {
    // What has been written within the last tick of the kernel's clock is not taken for an old input.
    await Bun.sleep(30);
    const { exitCode, stdout, stderr } = await run(
      ["sh", "-euc", `z() { echo >>"${this.#calls}"; "${this.box.binary}" "$@"; }\n${script}`],
      { cwd: this.box.tree.at(cwd), env: { ...this.box.env, ...env } },
    );
    if (exitCode !== 0) throw new Error(`exit code ${exitCode} of ${script}\n${stdout}${stderr}`);
    const calls = existsSync(this.#calls) ? readFileSync(this.#calls, "utf8").length : 0;
    if (calls > 0) await this.box.settled(calls);
    return stdout;
  }

  /** Empties the cache and its counters. */
  async clear(): Promise<void> {
    rmSync(this.#calls, { force: true });
    await this.box.zccache(["clear"]);
  }

  /** What the daemon has counted. */
  async counts(): Promise<LinkCounts> {
    const { stdout } = await this.box.zccache(["status", "--json"]);
    const { daemon } = JSON.parse(stdout);
    return { hits: daemon.link_hits, misses: daemon.link_misses, refused: daemon.link_non_cacheable };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }
}
