// Status mode: what `zccache-daemon` without --foreground prints. Starts nothing, writes nothing.

import { type RawText, showRaw } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { dial } from "../ipc/dial.ts";
import type { StatusFields } from "../ipc/messages.ts";
import type { Places } from "../ipc/places.ts";
import { question } from "../ipc/question.ts";

/**
 * Prints who would serve and whether it does.
 * @param probeMs A daemon that does not answer in this time is as good as none for a person at a terminal.
 * @returns exit code 0 either way.
 */
export async function printStatus(where: Places, probeMs: number): Promise<number> {
  const status = await askStatus(where.endpoint, probeMs);
  const lines = [
    `zccache-daemon v${VERSION}`,
    "",
    row("endpoint", showRaw(where.endpoint)),
    row("namespace", where.namespace),
    row("lock file", showRaw(where.lockFile)),
    "",
    ...(status === undefined ? notRunning : running(status)),
  ];
  await Bun.write(Bun.stdout, `${lines.join("\n")}\n`);
  return 0;
}

const notRunning = [row("status", "not running"), "", "  start it with: zccache-daemon --foreground"];

function running(status: StatusFields): string[] {
  return [
    row("status", "running"),
    row("daemon ns", status.daemon_namespace),
    row("daemon ep", showRaw(status.endpoint)),
    row("private", status.private_daemon.enabled ? "yes" : "no"),
    row("uptime", `${status.uptime_secs}s`),
    row("artifacts", String(status.artifact_count)),
    row("cache size", `${status.cache_size_bytes} bytes`),
    row("metadata", `${status.metadata_entries} entries`),
    row("hits/miss", `${status.cache_hits} / ${status.cache_misses}`),
  ];
}

function row(label: string, value: string): string {
  return `  ${`${label}:`.padEnd(12)}${value}`;
}

/** @returns undefined whatever the reason: there is no daemon to report on. */
async function askStatus(endpoint: RawText, probeMs: number): Promise<StatusFields | undefined> {
  try {
    using connection = await dial(endpoint, { timeoutMs: probeMs });
    return await question(connection, { type: "Status" }, { type: "Status", timeoutMs: probeMs });
  } catch {
    return undefined;
  }
}
