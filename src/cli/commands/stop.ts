// zccache stop: asks the daemon to end, and waits until it has.

import { readFileSync } from "node:fs";
import { describeError, isErrno } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import type { ClientConnection } from "../../ipc/client-connection.ts";
import type { Places } from "../../ipc/places.ts";
import { question } from "../../ipc/question.ts";
import { variable } from "../../shim/variables.ts";
import type { Settings } from "../../sys/environment.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { connect } from "../ask-daemon.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";

const DEFAULT_STOP_SECS = 10;
const POLL_MS = 20;

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
    if (daemon !== undefined) await askToEnd(daemon, settings);
    return await waitForEnd(pid, input);
  } catch (error) {
    return failed(
      `Cannot stop the daemon at "${showRaw(where.endpoint)}": ${describeError(error)}`,
      ...(pid === undefined ? [] : [`If it hangs, end process ${pid} by hand.`]),
    );
  }
}

async function askToEnd(daemon: ClientConnection, { statusProbeSecs }: Settings): Promise<void> {
  await question(daemon, { type: "Shutdown" }, { type: "ShuttingDown", timeoutMs: statusProbeSecs * 1000 });
}

/** Process id of a daemon that takes no clients any more, but has work to finish: its lock file goes last. */
function endingDaemon({ lockFile }: Places): number | undefined {
  try {
    const pid = Number(readFileSync(fsPath(lockFile), "latin1"));
    // Behind a daemon that was killed the file stays, and its number may be another process's by now.
    const args = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
    return args.includes("--foreground") && isAlive(pid) ? pid : undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ESRCH", "EACCES")) return undefined;
    throw error;
  }
}

async function waitForEnd(pid: number, { environment }: CommandInput): Promise<CommandResult> {
  const seconds = stopSeconds(variable(environment, "ZCCACHE_STOP_TIMEOUT_SECS"));
  const deadline = performance.now() + seconds * 1000;
  while (isAlive(pid)) {
    if (performance.now() > deadline) {
      return failed(
        `Cannot wait for the daemon any longer: process ${pid} still finishes its work after ${seconds} s`,
        "It will end by itself; ZCCACHE_STOP_TIMEOUT_SECS sets how long to wait.",
      );
    }
    await Bun.sleep(POLL_MS);
  }
  return done(`Stopped the daemon (process ${pid}).`);
}

function stopSeconds(text: string | undefined): number {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : DEFAULT_STOP_SECS;
}

/** True while a process runs. One that has ended and waits for its parent (state `Z`, proc(5)) does not. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
  } catch (error) {
    if (isErrno(error, "ENOENT", "ESRCH")) return false;
    throw error;
  }
}
