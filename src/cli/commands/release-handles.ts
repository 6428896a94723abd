// zccache release-handles: has the daemon let go of a directory, so that it can be deleted.

import { showRaw } from "../../core/raw-text.ts";
import type { CallReply } from "../../ipc/schemas/calls.ts";
import { clientOf, ENDPOINT_FLAG, pathOf, saidAgainst, withDaemonFlags } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showCount } from "../render.ts";

export const releaseHandles: Command = {
  name: "release-handles",
  aliases: [],
  summary: "have the daemon let go of a directory",
  args: [],
  flags: [
    { name: "path", value: "dir", summary: "the directory (default: this one)" },
    { name: "json", summary: "what was released, as JSON" },
    ENDPOINT_FLAG,
  ],
  examples: [["zccache release-handles --path ../old-worktree", "before it is deleted"]],
  run: runReleaseHandles,
};

type Released = Omit<CallReply<"ReleaseWorktreeHandles">, "type">;

// Of a daemon that does not run.
const NOTHING: Released = { inspected: 0, released: 0, sessions_dropped: [], unreleased: [] };

async function runReleaseHandles(given: CommandInput): Promise<CommandResult> {
  const input = withDaemonFlags(given);
  const path = pathOf(input.values.get("path")?.[0] ?? ".");
  try {
    using client = await clientOf(input);
    const { inspected, released, sessions_dropped, unreleased } =
      client === undefined ? NOTHING : await client.ask("ReleaseWorktreeHandles", { path });
    const held = unreleased.map(showRaw);
    if (input.flags.has("json")) {
      const shown = { status: "ok", path: showRaw(path), inspected, released, sessions_dropped, unreleased: held };
      return done(JSON.stringify(shown, null, 2));
    }
    const text = `Ended ${released} of ${showCount(inspected, "session")} for "${showRaw(path)}".`;
    return done(text, ...held.map((file) => `Still open: ${file}`));
  } catch (error) {
    return failed(`Cannot release "${showRaw(path)}": ${saidAgainst(error)}`);
  }
}
