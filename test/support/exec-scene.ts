// A daemon, a client of its library calls, and a tool that counts its starts.

import { chmodSync, existsSync, readFileSync, realpathSync } from "node:fs";
import * as z from "zod/mini";
import { type CallFields, Client } from "../../src/client/client.ts";
import { dial } from "../../src/ipc/dial.ts";
import { places } from "../../src/ipc/places.ts";
import type { CallReply } from "../../src/ipc/schemas/calls.ts";
import { EXEC_CALLS } from "../../src/ipc/schemas/exec.ts";
import { readSettings } from "../../src/sys/environment.ts";
import { type Sandbox, sandbox } from "./sandbox.ts";

type Fields = CallFields<"GenericToolExec">;

/** What a request says unless a test says otherwise: the protocol's defaults. */
const DEFAULTS = z.parse(EXEC_CALLS.GenericToolExec.request, { type: "GenericToolExec", tool: "", args: [], cwd: "" });

/** Make one with `await using scene = await execScene()`. */
export class ExecScene implements AsyncDisposable {
  readonly box: Sandbox;
  /** Working directory of the runs. */
  readonly cwd: string;

  constructor(box: Sandbox) {
    this.box = box;
    this.box.tree.write({ "work/.keep": "" });
    this.cwd = realpathSync(this.box.tree.at("work"));
  }

  /** Writes files below the working directory. */
  write(files: Readonly<Record<string, string>>): void {
    this.box.tree.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`work/${name}`, text])));
  }

  /** Content of a file below the working directory. */
  read(name: string): string {
    return this.box.tree.read(`work/${name}`).toString();
  }

  /** A shell script outside of the working directory that notes each start. @returns its path. */
  script(lines: string, name = "tool"): string {
    this.box.tree.write({ [`tools/${name}`]: `#!/bin/sh\necho >> ${this.box.tree.at("starts")}\n${lines}\n` });
    const path = realpathSync(this.box.tree.at(`tools/${name}`));
    chmodSync(path, 0o755);
    return path;
  }

  /** How often scripts were started. */
  starts(): number {
    const path = this.box.tree.at("starts");
    return existsSync(path) ? readFileSync(path, "utf8").length : 0;
  }

  /** A new client. */
  async client(): Promise<Client> {
    const { endpoint } = places(readSettings(this.box.env, false));
    return new Client(await dial(endpoint, { timeoutMs: 5000 }));
  }

  /** One request over a connection of its own. */
  async exec(tool: string, fields: Partial<Fields> = {}): Promise<CallReply<"GenericToolExec">> {
    using client = await this.client();
    return await this.ask(client, tool, fields);
  }

  /** One request of this client. */
  ask(client: Client, tool: string, fields: Partial<Fields> = {}): Promise<CallReply<"GenericToolExec">> {
    return client.ask("GenericToolExec", { ...DEFAULTS, tool, cwd: this.cwd, ...fields }, 60_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }
}

/** A scene with a running daemon. @param env Further variables of the daemon. */
export async function execScene(env: Readonly<Record<string, string>> = {}): Promise<ExecScene> {
  const box = sandbox();
  const started = await box.zccache(["start"], { env: { ...box.env, ...env } });
  if (started.exitCode !== 0) throw new Error(`Cannot start the daemon: ${started.stderr}`);
  return new ExecScene(box);
}

/** What a stream said. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
