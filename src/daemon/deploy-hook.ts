// The deploy hook (ZCCACHE_LINK_DEPLOY_CMD): a command that puts what a fresh program needs beside it. It runs after a
// link that was no hit, by the daemon, under the link's own trace: what it reads and writes counts as the link's.

import { describeError } from "../core/errors.ts";
import { absolutePath, type RawText, showRaw } from "../core/raw-text.ts";
import { directoryOf } from "../deliver/destination.ts";
import { JOB_SERVER_VARIABLES } from "../key/job-server.ts";
import type { Logger } from "../sys/log.ts";
import type { CompileCall } from "./call.ts";
import { beNice, lineage, niceOf } from "./lineage.ts";
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
    beNice(process.pid, niceOf(call.environment, true));
    const said = await new Response(process.stderr).text();
    const code = await process.exited;
    if (code === 0) place.log.debug("artifact", `deploy hook ran for ${showRaw(path)}`);
    else place.log.warn("artifact", `The deploy hook failed with exit code ${code}: ${said.trim()}`);
  } catch (error) {
    place.log.warn("artifact", `Cannot run the deploy hook: ${describeError(error)}`);
  }
}

/** The client's variables, without those that name descriptors which only it has, and who is whose child. */
function hookEnvironment(call: CompileCall, { client, tracer }: HookPlace): Record<string, string> {
  const own = new Map(call.environment);
  for (const name of JOB_SERVER_VARIABLES) own.delete(name);
  for (const [name, value] of [...tracerEnvironment(call, tracer), ...lineage(call.environment, client)])
    own.set(name, value);
  return Object.fromEntries([...own].map(([name, value]) => [showRaw(name), showRaw(value)]));
}
