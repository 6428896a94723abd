// The deploy hook (ZCCACHE_LINK_DEPLOY_CMD): a command that puts what a fresh program needs beside it. It runs after a
// link that was no hit, by the daemon, under the link's own trace: what it reads and writes counts as the link's.

import { setPriority } from "node:os";
import { absolutePath, type RawText, rawFromString, showRaw } from "../core/raw-text.ts";
import { directoryOf } from "../deliver/destination.ts";
import type { Environment } from "../key/environment.ts";
import type { Logger } from "../sys/log.ts";
import type { CompileCall } from "./call.ts";
import { tracerEnvironment } from "./tracer-environment.ts";

/** What a hook runs with. */
export type HookPlace = {
  readonly client: number;
  readonly tracer: { readonly library: RawText; readonly buffer: RawText };
  readonly log: Logger;
};

/** Runs the hook of a call that has one, if it was a link with an output. Whatever goes wrong is only logged. */
export async function runDeployHook(call: CompileCall, place: HookPlace): Promise<void> {
  const { deployCommand, plan, cwd } = call;
  const [output] = plan.outputs;
  if (deployCommand === undefined || output === undefined) return;
  const words = deployCommand.split(/[ \t\n\v\f\r]+/).filter((word) => word !== "");
  if (words.length === 0) return place.log.warn("artifact", "ZCCACHE_LINK_DEPLOY_CMD is blank: nothing was run");
  const path = absolutePath(output.path, cwd);
  const directory = showRaw(directoryOf(path));
  const [program = "", ...args] = words.map(showRaw);
  const found = Bun.which(program, { PATH: showRaw(call.environment.get("PATH") ?? ""), cwd: directory });
  if (found === null) return place.log.warn("artifact", `Cannot run the deploy hook: there is no program "${program}"`);
  try {
    const process = Bun.spawn([found, ...args, showRaw(path)], {
      cwd: directory,
      env: hookEnvironment(call, place),
      stdio: ["ignore", "ignore", "pipe"],
    });
    lowerPriority(process.pid, call.environment);
    const said = await new Response(process.stderr).text();
    const code = await process.exited;
    if (code === 0) place.log.debug("artifact", `deploy hook ran for ${showRaw(path)}`);
    else place.log.warn("artifact", `The deploy hook failed with exit code ${code}: ${said.trim()}`);
  } catch (error) {
    place.log.warn("artifact", `Cannot run the deploy hook: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The client's variables, without those that name descriptors which only it has, and who is whose child. */
function hookEnvironment(call: CompileCall, { client, tracer }: HookPlace): Record<string, string> {
  const own = new Map(call.environment);
  for (const name of ["MAKEFLAGS", "CARGO_MAKEFLAGS"]) own.delete(name);
  for (const [name, value] of [...tracerEnvironment(call, tracer), ...lineage(call.environment, client)])
    own.set(name, value);
  return Object.fromEntries([...own].map(([name, value]) => [showRaw(name), showRaw(value)]));
}

/** `10>20` becomes `10>20>client>daemon`; no pid twice in a row. */
function lineage(environment: Environment, client: number): [RawText, RawText][] {
  const daemon = String(process.pid);
  const pids = (environment.get("ZCCACHE_LINEAGE") ?? "").split(">").filter((pid) => pid !== "");
  for (const pid of [String(client), daemon]) if (pids.at(-1) !== pid) pids.push(pid);
  return [
    ["ZCCACHE_LINEAGE", rawFromString(pids.join(">"))],
    ["ZCCACHE_PARENT_PID", daemon],
    ["ZCCACHE_DAEMON_PID", daemon],
    ["ZCCACHE_CLIENT_PID", String(client)],
    ["RUNNING_PROCESS_ORIGINATOR", environment.get("RUNNING_PROCESS_ORIGINATOR") ?? `zccache:${daemon}`],
  ];
}

const NICE: Readonly<Record<string, number>> = { low: 10, idle: 19, high: -5, normal: 0, auto: 0 };

/** Unknown words mean low. `auto` is normal: the build that waits for the hook is what keeps the machine busy. */
function lowerPriority(pid: number, environment: Environment): void {
  const wanted =
    environment.get("ZCCACHE_COMPILE_PRIORITY_LINK") ?? environment.get("ZCCACHE_COMPILE_PRIORITY") ?? "auto";
  const nice = NICE[wanted] ?? NICE["low"] ?? 0;
  if (nice === 0) return;
  try {
    setPriority(pid, nice);
  } catch {
    // It has ended already, or may not be raised: a matter of speed only.
  }
}
