// The surroundings of one client: a directory of stand-ins, fake compilers that leave notes, an endpoint nobody serves
// yet, and ways to call them.

import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { builtBinary } from "../../support/built-binary.ts";
import { type Files, TemporaryTree } from "../../support/file-tree.ts";
import { type Environment, type Finished, type RunOptions, run } from "../../support/run.ts";
import { type Behaviour, FakeDaemon } from "./fake-daemon.ts";

/** Make one with `using scene = clientScene()`. */
export class Scene implements Disposable {
  readonly tree: TemporaryTree = new TemporaryTree();
  readonly binary: string;
  readonly endpoint: string = this.tree.at("daemon.sock");
  /** The directory of stand-ins first, then that of the fake tools. No daemon is started with it. */
  readonly env: Environment = {
    PATH: `${this.tree.at("shims")}:${this.tree.at("tools")}:/usr/bin:/bin`,
    HOME: this.tree.path,
    LC_ALL: "C",
    ZCCACHE_ENDPOINT: this.endpoint,
    ZCCACHE_CACHE_DIR: this.tree.at("cache"),
    ZCCACHE_NO_SPAWN: "1",
  };

  constructor(binary: string) {
    this.binary = binary;
    mkdirSync(this.tree.at("cache"), { mode: 0o700 });
    this.standIn("shims/gcc");
  }

  /** Makes a symbolic link to the executable under test. */
  standIn(name: string): void {
    mkdirSync(dirname(this.tree.at(name)), { recursive: true });
    symlinkSync(this.binary, this.tree.at(name));
  }

  /** Writes executable files; a script starts with its interpreter. */
  tools(files: Files): void {
    this.tree.write(files);
    for (const name of Object.keys(files)) chmodSync(this.tree.at(name), 0o755);
  }

  /** Serves the endpoint. */
  daemon(behave: Behaviour): FakeDaemon {
    return new FakeDaemon(this.endpoint, behave);
  }

  /** Runs a program with the scene's environment, below its directory. */
  run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run(command, { env: this.env, cwd: this.tree.path, timeout: 20_000, ...options });
  }

  /** Runs a line of shell. */
  shell(line: string, options: RunOptions = {}): Promise<Finished> {
    return this.run(["/bin/sh", "-c", line], options);
  }

  [Symbol.dispose](): void {
    this.tree[Symbol.dispose]();
  }
}

/** A new scene with a stand-in called `gcc`, and these tools. */
export function clientScene(tools: Files = {}, binary: string = builtBinary()): Scene {
  const scene = new Scene(binary);
  scene.tools(tools);
  return scene;
}

/** `clientScene` for one of the two clients. */
export function scenesOf(binary: string): (tools?: Files) => Scene {
  return (tools = {}) => clientScene(tools, binary);
}

/** A reply's byte string. */
export function bytes(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** An Exec that runs `path` as the tool behind a stand-in. */
export function execOf(path: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: "Exec", job: 7, path: bytes(path), skip: 1, set_env: [], ...more };
}

/** A Delivered with these streams. */
export function delivered(exitCode: number, stdout = "", stderr = ""): Record<string, unknown> {
  return { type: "Delivered", exit_code: exitCode, stdout: bytes(stdout), stderr: bytes(stderr), merged: false };
}
