// zccache clear: an empty cache and counters at zero. The daemon does it, as the cache's only writer.

import { describeError } from "../../core/errors.ts";
import { question } from "../../ipc/question.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showBytes, showCount } from "../render.ts";
import { ensureDaemon } from "./start.ts";

// Removing a hundred thousand files takes a while on a slow disk.
const CLEAR_MS = 300_000;

export const clear: Command = {
  name: "clear",
  aliases: [],
  summary: "empty the cache and reset the counters",
  args: [],
  flags: [],
  examples: [["zccache clear", "the next build compiles everything"]],
  run: runClear,
};

async function runClear(input: CommandInput): Promise<CommandResult> {
  const started = await ensureDaemon(input);
  if ("exitCode" in started) return started;
  using daemon = started.daemon;
  try {
    const cleared = await question(daemon, { type: "Clear" }, { type: "Cleared", timeoutMs: CLEAR_MS });
    const freed = `${showCount(cleared.artifacts_removed, "artifact")}, ${showBytes(cleared.on_disk_bytes_freed)}`;
    return done(`Cleared the cache: ${freed}.`);
  } catch (error) {
    return failed(`Cannot clear the cache: ${describeError(error)}`, "Try again, or look into the daemon's log.");
  }
}
