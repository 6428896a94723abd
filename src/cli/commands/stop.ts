// zccache stop: asks the daemon to end, and waits until it has.

import { readFileSync } from "node:fs";
import { describeError, isErrno } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import type { Places } from "../../ipc/places.ts";
import { variable } from "../../shim/variables.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { isRunning } from "../../sys/process-kill.ts";
import { connect } from "../ask-daemon.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { askToEnd, hasEnded } from "../end-daemon.ts";

const DEFAULT_STOP_SECS = 10;

export const stop: Command = {
  name: "stop",
  aliases: ["kill"],
  summary: "stop the daemon and wait until it has ended",
  args: [],
  flags: [],
  examples: [
    ["zccache stop", "end the daemon; the cache stays"],
    ["ZCCACHE_STOP_TIMEOUT_SECS=60 zccache stop", "wait longer for compiles in progress"],
  ],
  run: runStop,
};

async function runStop(input: CommandInput): Promise<CommandResult> {
  const { settings, where } = input;
  let pid: number | undefined;
  try {
    using daemon = await connect(settings, where);
    pid = daemon?.peer.pid ?? endingDaemon(where);
    if (pid === undefined) return done("No daemon is running.");
    if (daemon !== undefined) await askToEnd(daemon, settings.statusProbeSecs * 1000);
    return await waitForEnd(pid, input);
  } catch (error) {
    return failed(
      `Cannot stop the daemon at "${showRaw(where.endpoint)}": ${describeError(error)}`,
      ...(pid === undefined ? [] : [`If it hangs, end process ${pid} by hand.`]),
    );
  }
}

/** Process id of a daemon that takes no clients any more, but has work to finish: its lock file goes last. */
function endingDaemon({ lockFile }: Places): number | undefined {
  try {
    const pid = Number(readFileSync(fsPath(lockFile), "latin1"));
    // Behind a daemon that was killed the file stays, and its number may be another process's by now.
    const args = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
    return args.includes("--foreground") && isRunning(pid) ? pid : undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ESRCH", "EACCES")) return undefined;
    throw error;
  }
}

async function waitForEnd(pid: number, { environment }: CommandInput): Promise<CommandResult> {
  const seconds = stopSeconds(variable(environment, "ZCCACHE_STOP_TIMEOUT_SECS"));
  if (!(await hasEnded(pid, seconds * 1000))) {
    return failed(
      `Cannot wait for the daemon any longer: process ${pid} still finishes its work after ${seconds} s`,
      "It will end by itself; ZCCACHE_STOP_TIMEOUT_SECS sets how long to wait.",
    );
  }
  return done(`Stopped the daemon (process ${pid}).`);
}

function stopSeconds(text: string | undefined): number {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : DEFAULT_STOP_SECS;
}
