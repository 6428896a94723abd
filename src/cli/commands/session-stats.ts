// zccache session-stats: what a session's compiles came to so far.

import { clientOf, ENDPOINT_FLAG, saidAgainst, withDaemonFlags } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, failed } from "../command.ts";
import { showFigures } from "../session-figures.ts";

export const sessionStats: Command = {
  name: "session-stats",
  aliases: [],
  summary: "show the figures of a session",
  args: [{ name: "<id>", summary: "what session-start printed" }],
  flags: [ENDPOINT_FLAG, { name: "json", summary: "all figures as JSON" }],
  examples: [["zccache session-stats --json ID", "while the build runs, or after it"]],
  run: runSessionStats,
};

async function runSessionStats(given: CommandInput): Promise<CommandResult> {
  const input = withDaemonFlags(given);
  const [session_id = ""] = input.args;
  const json = input.flags.has("json");
  try {
    using client = await clientOf(input);
    if (client === undefined) return unavailable(session_id, json, "the daemon is not running");
    const { stats } = await client.ask("SessionStats", { session_id });
    return showFigures(session_id, stats ?? "stats_not_enabled", { json });
  } catch (error) {
    return unavailable(session_id, json, saidAgainst(error));
  }
}

function unavailable(session: string, json: boolean, why: string): CommandResult {
  const message = failed(`Cannot show the figures of session "${session}": ${why}`);
  return json ? { ...message, stdout: showFigures(session, undefined, { json }).stdout } : message;
}
