// zccache cache size: what the cache takes on disk, and what it may take. zccache cache list: the caches of all versions.

import { describeError } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import { VERSION } from "../../core/version.ts";
import type { StatusFields } from "../../ipc/messages.ts";
import { question } from "../../ipc/question.ts";
import { type CacheVersion, listVersions } from "../cache-versions.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showBytes } from "../render.ts";
import { showCacheSize } from "../render-status.ts";
import { ensureDaemon } from "./start.ts";

export const cache: Command = {
  name: "cache",
  aliases: [],
  summary: "show the size of the cache, or the caches of all versions",
  args: [{ name: "<what>", summary: "size or list" }],
  flags: [{ name: "json", summary: "as JSON" }],
  examples: [
    ["zccache cache list", "what other versions have left, and what it takes"],
    ["zccache cache size", "how much there is, and how much there may be"],
    ["ZCCACHE_CACHE_SIZE_BYTES=20G zccache start", "a larger cache, from the daemon's next start on"],
  ],
  run: runCache,
};

async function runCache(input: CommandInput): Promise<CommandResult> {
  const [what] = input.args;
  if (what === "list") return list(input);
  if (what === "size") return await showSize(input);
  return { ...failed(`Cannot show "${what}" of the cache: expected "size" or "list"`), exitCode: 2 };
}

/** Needs no daemon. */
function list({ flags, where }: CommandInput): CommandResult {
  try {
    const versions = listVersions(where.topRoot, VERSION);
    if (flags.has("json")) return done(JSON.stringify(versions, null, 2));
    if (versions.length === 0) return done(`There is no cache in ${showRaw(where.topRoot)}.`);
    return done(...versions.map(row));
  } catch (error) {
    return failed(`Cannot list the caches in "${showRaw(where.topRoot)}": ${describeError(error)}`);
  }
}

function row({ version, status, size_bytes, last_active_unix, path }: CacheVersion): string {
  const day = new Date(last_active_unix * 1000).toISOString().slice(0, 10);
  return [version.padEnd(8), status.padEnd(7), showBytes(size_bytes).padStart(10), day, path].join("  ");
}

async function showSize(input: CommandInput): Promise<CommandResult> {
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
