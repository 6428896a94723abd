// Daemons that a test starts by hand, as `zccache-daemon` would be, and what they leave behind.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { VERSION } from "../../../src/core/version.ts";
import type { ClientConnection } from "../../../src/ipc/client-connection.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { question } from "../../../src/ipc/question.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

/** A daemon that was started. */
export type Started = {
  readonly pid: number;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** Seconds from its start to its end. */
  readonly lasted: Promise<number>;
};

/** How one is started besides its flags. */
export type StartOptions = { readonly env?: Record<string, string>; readonly cwd?: string };

/** Starts `zccache daemon-run --foreground FLAGS` with the sandbox's environment. */
export function startDaemon(box: Sandbox, flags: readonly string[] = [], options: StartOptions = {}): Started {
  const began = performance.now();
  const child = spawn(box.binary, ["daemon-run", "--foreground", ...flags], {
    env: { ...box.env, ...options.env },
    cwd: options.cwd ?? box.tree.path,
    stdio: "ignore",
  });
  return { pid: child.pid ?? -1, ...endOf(child, began) };
}

function endOf(child: ChildProcess, began: number): Pick<Started, "ended" | "lasted"> {
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const lasting = Promise.withResolvers<number>();
  child.once("exit", (code, signal) => {
    lasting.resolve((performance.now() - began) / 1000);
    resolve(code ?? signal ?? "?");
  });
  return { ended: promise, lasted: lasting.promise };
}

/** Starts one and waits until it answers. */
export async function serving(
  box: Sandbox,
  flags: readonly string[] = [],
  options: StartOptions = {},
): Promise<Started> {
  const started = startDaemon(box, flags, options);
  await answering(endpointOf(box));
  return started;
}

/** The sandbox's endpoint. */
export function endpointOf(box: Sandbox): string {
  return `${box.cache}/v${VERSION}/daemon-v${VERSION}.sock`;
}

/** A path below the effective root. */
export function inRoot(box: Sandbox, path: string): string {
  return `${box.cache}/v${VERSION}/${path}`;
}

/** What the lock file holds; undefined if there is none. */
export function lockText(box: Sandbox): string | undefined {
  const path = inRoot(box, `daemon-v${VERSION}.lock`);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Waits for an answer to Ping. @returns the daemon's process id. */
export async function answering(endpoint: string): Promise<number> {
  let daemon = -1;
  const answers = async () => {
    try {
      using connection = await connected(endpoint);
      daemon = connection.peer.pid;
      return true;
    } catch {
      return false;
    }
  };
  await until(answers, `a daemon to answer at ${endpoint}`, 20);
  return daemon;
}

/** A connection that has been tried. */
export async function connected(endpoint: string): Promise<ClientConnection> {
  const connection = await dial(endpoint, { timeoutMs: 5000 });
  await question(connection, { type: "Ping" }, { type: "Pong", timeoutMs: 5000 });
  return connection;
}

/** Lines of the lifecycle log, oldest first, of one event or of all. */
export function events(box: Sandbox, event?: string): Record<string, unknown>[] {
  const path = inRoot(box, "logs/daemon-lifecycle.log");
  if (!existsSync(path)) return [];
  const all = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Record<string, unknown> => JSON.parse(line));
  return event === undefined ? all : all.filter((line) => line["event"] === event);
}
