// The caches under test: one zccache with one long-living daemon, its clients, and the accidents that befall it.

import { mkdirSync, unlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClangCounter } from "../support/counting-clang.ts";
import { installedPrograms, ProgramCounter, totalStarts } from "../support/counting-programs.ts";
import type { Random } from "../support/random.ts";
import { type Environment, mustRun } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { weighed } from "./chance.ts";
import { type Client, type Command, directoryOf } from "./commands.ts";
import { Materials } from "./materials.ts";
import { CLANG_MISSING, CLANG_TOOLS } from "./options.ts";
import { CHECKOUTS, PROGRAM_DIRECTORIES } from "./tree.ts";

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

/** Programs that are counted on PATH: those that builds call, and those that compilers find there. */
const TOOLS = ["ar", "ld", "ld.gold", "ld.lld", "llvm-ar", "mold", "objcopy", "ranlib", "strip"].filter(
  (name) => Bun.which(name) !== null,
);
const ON_PATH = [...TOOLS, "as"];

/** One cache. Make it with `openSession`. */
export class Session implements AsyncDisposable {
  readonly box: Sandbox;
  /** Absolute path of the directory for the source trees. */
  readonly root: string;
  /** Environment of all calls, before any change. */
  readonly env: Environment;
  /** What is linked. */
  readonly materials: Materials;
  /** Directory of the counted programs that are found on PATH. */
  readonly programs: string;
  readonly #otherClient: string | undefined;
  readonly #clang: ClangCounter | undefined;
  readonly #onPath: ProgramCounter;

  constructor({ binary, otherClient, noWatch }: SessionOptions) {
    this.box = binary === undefined ? sandbox() : sandbox(binary);
    this.root = this.box.tree.at("root");
    mkdirSync(this.root);
    this.#clang = CLANG_MISSING === undefined ? new ClangCounter(this.box.tree.path) : undefined;
    this.#onPath = new ProgramCounter(this.box.tree.at("counted-programs"), installedPrograms(...ON_PATH), "path");
    this.programs = this.#onPath.directory;
    // gcc finds these on PATH unless it is led elsewhere, so that others can come before them.
    for (const name of ["as", "ld"]) unlinkSync(join(this.box.counter.compilerPath, name));
    this.materials = new Materials(this.box.tree.at("materials"));
    const changing = PROGRAM_DIRECTORIES.slice(0, 2).map((name) => join(this.root, CHECKOUTS[0], name));
    const counted = [...(this.#clang === undefined ? [] : [this.#clang.directory]), this.programs];
    const path = [...changing, ...counted, this.box.env["PATH"]].join(":");
    this.env = { ...this.box.env, PATH: path, ...(noWatch && { ZCCACHE_NO_WATCH: "1" }) };
    this.#otherClient = otherClient;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }

  /** Absolute path of what is called without the cache, which the cache finds too. */
  program(command: Command, { PATH = "" }: Environment): string {
    const { tool } = command;
    const directories = PATH.split(":").map((directory) => resolve(directoryOf(command, this.root), directory));
    return Bun.which(tool, { PATH: directories.join(":") }) ?? tool;
  }

  /**
   * What stands before the arguments of a call through the cache. Tools that say their name are called as without it, for
   * another name is another call.
   */
  prefix(random: Random, command: Command, env: Environment): readonly string[] {
    const { tool } = command;
    const called = TOOLS.includes(tool) ? this.program(command, env) : tool;
    const client = weighed<Client>(random, [
      [10, "stand-in"],
      [4, "launcher"],
      [this.#otherClient === undefined ? 0 : 1, "stand-in without stub"],
    ]);
    if (client === "stand-in") return [join(this.box.tree.at("shims"), tool)];
    return [client === "launcher" ? this.box.binary : (this.#otherClient ?? this.box.binary), called];
  }

  /** True if no tool has run since the last call. */
  ranNothing(): boolean {
    const { cc1, cc1plus, collect2, lto1 } = this.box.counter.take();
    const onPath = totalStarts(this.#onPath.take());
    return cc1 + cc1plus + collect2 + lto1 + onPath + (this.#clang?.take() ?? 0) === 0;
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
  const names = ["gcc", "g++", ...TOOLS, ...(CLANG_MISSING === undefined ? CLANG_TOOLS : [])];
  const shims = session.box.tree.at("shims");
  await mustRun([session.box.binary, "install-shims", shims, ...names], { env: session.env });
  return session;
}
