// zccache cache size: what the cache takes on disk, and what it may take.

import { describeError } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import type { StatusFields } from "../../ipc/messages.ts";
import { question } from "../../ipc/question.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showBytes } from "../render.ts";
import { showCacheSize } from "../render-status.ts";
import { ensureDaemon } from "./start.ts";

export const cache: Command = {
  name: "cache",
  aliases: [],
  summary: "show the size of the cache",
  args: [{ name: "<what>", summary: "size" }],
  flags: [{ name: "json", summary: "bytes, limit and number of artifacts as JSON" }],
  examples: [
    ["zccache cache size", "how much there is, and how much there may be"],
    ["ZCCACHE_CACHE_SIZE_BYTES=20G zccache start", "a larger cache, from the daemon's next start on"],
  ],
  run: runCache,
};

async function runCache(input: CommandInput): Promise<CommandResult> {
  const [what] = input.args;
  if (what !== "size") return { ...failed(`Cannot show "${what}" of the cache: expected "size"`), exitCode: 2 };
  const started = await ensureDaemon(input);
  if ("exitCode" in started) return started;
  using daemon = started.daemon;
  try {
    const timeoutMs = input.settings.statusProbeSecs * 1000;
    const fields = await question(daemon, { type: "Status" }, { type: "Status", timeoutMs });
    if (!input.flags.has("json")) return done(showCacheSize(fields));
    return done(JSON.stringify(figuresOf(fields), null, 2));
  } catch (error) {
    return failed(`Cannot show the size of the cache: ${describeError(error)}`, "Look into the daemon's log.");
  }
}

/** The first three are those of the Rust zccache. */
function figuresOf({
  cache_disk_bytes,
  cache_limit_bytes,
  cache_dir,
  artifact_count,
  evicted_artifacts,
}: StatusFields) {
  return {
    bytes: cache_disk_bytes,
    human: showBytes(cache_disk_bytes),
    cache_root: showRaw(cache_dir),
    limit_bytes: cache_limit_bytes,
    artifact_count,
    evicted_artifacts,
  };
}
