// The caches under test: one zccache with one long-living daemon, its clients, and the accidents that befall it.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ClangCounter } from "../support/counting-clang.ts";
import type { Random } from "../support/random.ts";
import { type Environment, mustRun } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { weighed } from "./chance.ts";
import type { Client } from "./commands.ts";
import { CLANG_MISSING, CLANG_TOOLS, isClang, type Tool } from "./options.ts";

/** What is tested. */
export type SessionOptions = {
  /** Absolute path of the executable; without it the one that is built for users. */
  readonly binary?: string | undefined;
  /** The same program without the native stub, as another client of the daemon. */
  readonly otherClient?: string | undefined;
  /** The daemon looks at every path instead of watching. */
  readonly noWatch: boolean;
};

/** What happened to the daemon. */
export type Accident = "cleared" | "killed" | "stopped";

/** One cache. Make it with `openSession`. */
export class Session implements AsyncDisposable {
  readonly box: Sandbox;
  /** Absolute path of the directory for the source trees. */
  readonly root: string;
  /** Environment of all calls, before any change. */
  readonly env: Environment;
  readonly #otherClient: string | undefined;
  readonly #clang: ClangCounter | undefined;

  constructor({ binary, otherClient, noWatch }: SessionOptions) {
    this.box = binary === undefined ? sandbox() : sandbox(binary);
    this.root = this.box.tree.at("root");
    mkdirSync(this.root);
    this.#clang = CLANG_MISSING === undefined ? new ClangCounter(this.box.tree.path) : undefined;
    const path = [...(this.#clang === undefined ? [] : [this.#clang.directory]), this.box.env["PATH"]].join(":");
    this.env = { ...this.box.env, PATH: path, ...(noWatch && { ZCCACHE_NO_WATCH: "1" }) };
    this.#otherClient = otherClient;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }

  /** What is called without the cache: for clang the counted one, which the cache finds too. */
  compiler(tool: Tool): string {
    return isClang(tool) && this.#clang !== undefined ? join(this.#clang.directory, tool) : (Bun.which(tool) ?? tool);
  }

  /** What stands before the arguments of a call through the cache. */
  prefix(random: Random, tool: Tool): readonly string[] {
    const client = weighed<Client>(random, [
      [10, "stand-in"],
      [4, "launcher"],
      [this.#otherClient === undefined ? 0 : 1, "stand-in without stub"],
    ]);
    if (client === "stand-in") return [join(this.box.tree.at("shims"), tool)];
    return [client === "launcher" ? this.box.binary : (this.#otherClient ?? this.box.binary), tool];
  }

  /** True if no compiler has run since the last call. */
  ranNothing(): boolean {
    const { cc1, cc1plus, as } = this.box.counter.take();
    return cc1 + cc1plus + as + (this.#clang?.take() ?? 0) === 0;
  }

  /** Ends the daemon or empties the cache. Of what it was just about to store something may be lost. */
  async befall(accident: Accident): Promise<void> {
    if (accident === "stopped") await this.box.stop();
    else if (accident === "cleared") await mustRun([this.box.binary, "clear"], { env: this.env });
    else for (const pid of this.box.daemons()) process.kill(pid, "SIGKILL");
  }
}

/** A session whose stand-ins are in place. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const session = new Session(options);
  const names = ["gcc", "g++", ...(CLANG_MISSING === undefined ? CLANG_TOOLS : [])];
  const shims = session.box.tree.at("shims");
  await mustRun([session.box.binary, "install-shims", shims, ...names], { env: session.env });
  return session;
}
