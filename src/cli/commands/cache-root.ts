// zccache cache-root: where the cache is, and why there. Needs no daemon.

import { showRaw } from "../../core/raw-text.ts";
import { type Command, type CommandInput, type CommandResult, done } from "../command.ts";

export const cacheRoot: Command = {
  name: "cache-root",
  aliases: [],
  summary: "show where the cache is",
  args: [],
  flags: [{ name: "json", summary: "with what decided it, namespace and endpoint, as JSON" }],
  examples: [
    ["zccache cache-root", "the directory, alone on a line"],
    ["tar -C $(zccache cache-root) -cf cache.tar .", "keep it for the next machine"],
  ],
  run: runCacheRoot,
};

function runCacheRoot({ flags, settings, where }: CommandInput): CommandResult {
  const root = showRaw(where.root);
  if (!flags.has("json")) return done(root);
  return done(
    JSON.stringify(
      {
        cache_root: root,
        source: settings.cacheDir === undefined ? "default:platform_dirs" : "env:ZCCACHE_CACHE_DIR",
        daemon_namespace: where.namespace,
        daemon_endpoint: showRaw(where.endpoint),
      },
      null,
      2,
    ),
  );
}
