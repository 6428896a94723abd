// Who am I? One executable plays every role: it is told by the name it was called by, then by the first argument. Each
// role is loaded only when it is played, because start-up time is paid at every compile.

import { COMMAND_NAMES } from "./cli/command-names.ts";

// process.argv[0] is always "bun" in a compiled program, [1] a path inside of it.
const name = process.argv0.slice(process.argv0.lastIndexOf("/") + 1);
const args = process.argv.slice(2);
process.exit(await play());

async function play(): Promise<number> {
  if (name === "zccache-daemon") return await daemon(args);
  if (name !== "zccache") return await standIn();
  const [first] = args;
  if (first === "daemon-run") return await daemon(args.slice(1));
  if (first === undefined || first.startsWith("-") || COMMAND_NAMES.has(first)) {
    const { runCommandLine } = await import("./cli/run.ts");
    return await runCommandLine(args);
  }
  return await standIn();
}

async function daemon(flags: readonly string[]): Promise<number> {
  const { runDaemon } = await import("./daemon/run.ts");
  return await runDaemon(flags);
}

/** A stand-in called by a tool's name, or a wrapper in front of a tool: `zccache gcc …`, `zccache wrap gcc …`. */
async function standIn(): Promise<number> {
  const { runTool } = await import("./shim/run.ts");
  return await runTool();
}
