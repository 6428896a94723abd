// zccache status: what the daemon has done since its start, for people or as JSON.

import { describeError } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import { PROTOCOL } from "../../core/version.ts";
import { STATUS_COUNTERS, type StatusFields } from "../../ipc/messages.ts";
import { question } from "../../ipc/question.ts";
import { connect } from "../ask-daemon.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { renderStatus } from "../render-status.ts";

export const status: Command = {
  name: "status",
  aliases: [],
  summary: "show hits, misses, calls run as they are, time saved and size",
  args: [],
  flags: [{ name: "json", summary: "all figures as JSON" }],
  examples: [
    ["zccache status", "since the daemon's start"],
    ["zccache status --json | jq .hit_rate", "one figure, for a script"],
  ],
  run: runStatus,
};

async function runStatus(input: CommandInput): Promise<CommandResult> {
  const json = input.flags.has("json");
  const answer = await ask(input);
  if ("error" in answer)
    return json ? { ...done(errorJson(answer.error, input)), exitCode: 1 } : notRunning(answer.error, input);
  return json ? done(statusJson(answer)) : done(renderStatus(answer, input.terminal));
}

async function ask({ settings, where }: CommandInput): Promise<StatusFields | { error: string }> {
  try {
    using daemon = await connect(settings, where);
    if (daemon === undefined) return { error: "the daemon is not running" };
    return await question(daemon, { type: "Status" }, { type: "Status", timeoutMs: settings.statusProbeSecs * 1000 });
  } catch (error) {
    return { error: describeError(error) };
  }
}

function notRunning(error: string, { where }: CommandInput): CommandResult {
  return failed(
    `Cannot show the status: ${error} (${showRaw(where.endpoint)})`,
    "The first compile starts it; so does: zccache start",
  );
}

function errorJson(error: string, { where }: CommandInput): string {
  const endpoint = showRaw(where.endpoint);
  return JSON.stringify({ status: "error", endpoint, daemon_namespace: where.namespace, error }, null, 2);
}

function statusJson(fields: StatusFields): string {
  const { daemon_namespace, private_daemon } = fields;
  const endpoint = showRaw(fields.endpoint);
  const counters = Object.fromEntries(STATUS_COUNTERS.map((name) => [name, fields[name]]));
  return JSON.stringify(
    {
      status: "ok",
      endpoint,
      daemon_namespace,
      private_daemon,
      protocol_version: PROTOCOL,
      hit_rate: rate(fields.cache_hits, fields.cache_misses),
      link_hit_rate: rate(fields.link_hits, fields.link_misses),
      daemon: {
        version: fields.version,
        daemon_namespace,
        endpoint,
        private_daemon,
        ...counters,
        cache_dir: showRaw(fields.cache_dir),
        dep_graph_persisted: fields.dep_graph_persisted,
        non_cacheable_reasons: fields.non_cacheable_reasons,
        warnings: fields.warnings,
        phase_profile: Object.keys(fields.phase_profile).length === 0 ? null : fields.phase_profile,
        untraceable_tools: fields.untraceable_tools,
        untried_tools: fields.untried_tools,
      },
    },
    null,
    2,
  );
}

/** 0 to 1; null before the first of both. */
function rate(hits: number, misses: number): number | null {
  return hits + misses === 0 ? null : hits / (hits + misses);
}
