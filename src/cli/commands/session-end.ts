// zccache session-end: ends a session and says what it came to. One that has ended already is no error.

import type { Client } from "../../client/client.ts";
import { clientOf, ENDPOINT_FLAG, saidAgainst, withDaemonFlags } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, failed } from "../command.ts";
import { type Figures, type NoFigures, showFigures } from "../session-figures.ts";

export const sessionEnd: Command = {
  name: "session-end",
  aliases: [],
  summary: "end a session and show its figures",
  args: [{ name: "<id>", summary: "what session-start printed" }],
  flags: [ENDPOINT_FLAG, { name: "json", summary: "all figures as JSON" }],
  examples: [["zccache session-end ID", "close the journal, let a private daemon go"]],
  run: runSessionEnd,
};

async function runSessionEnd(given: CommandInput): Promise<CommandResult> {
  const input = withDaemonFlags(given);
  const [session_id = ""] = input.args;
  const json = input.flags.has("json");
  try {
    using client = await clientOf(input);
    const figures = client === undefined ? undefined : await end(client, session_id);
    return showFigures(session_id, figures, { json });
  } catch (error) {
    return failed(`Cannot end session "${session_id}": ${saidAgainst(error)}`);
  }
}

/** Ends it. Whether one without figures existed only shows before. */
async function end(client: Client, session_id: string): Promise<Figures | NoFigures> {
  const exists = await client.ask("SessionStats", { session_id }).then(
    () => true,
    () => false,
  );
  const { stats } = await client.ask("SessionEnd", { session_id });
  return stats ?? (exists ? "stats_not_enabled" : "stats_unavailable");
}
