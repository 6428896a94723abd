// zccache crashes: what is known of daemons that crashed. Needs no daemon.

import { describeError } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import { crashesIn } from "../../ipc/places.ts";
import { type CrashDump, clearDumps, listDumps, messageOf } from "../../sys/crash-dumps.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showCount } from "../render.ts";

export const crashes: Command = {
  name: "crashes",
  aliases: [],
  summary: "show what is known of daemons that crashed",
  args: [],
  flags: [
    { name: "clear", summary: "remove the dumps" },
    { name: "json", summary: "the dumps as JSON" },
  ],
  examples: [
    ["zccache crashes", "when, why, and where the dump is"],
    ["zccache crashes --clear", "forget them"],
  ],
  run: runCrashes,
};

function runCrashes({ flags, where }: CommandInput): CommandResult {
  const directory = crashesIn(where);
  try {
    if (flags.has("clear")) return clear(directory, flags.has("json"));
    const dumps = listDumps(directory);
    if (flags.has("json")) return done(JSON.stringify({ crashes: dumps.map(toJson) }, null, 2));
    if (dumps.length === 0) return done("No crashes.");
    return done(...dumps.map(show), `"zccache crashes --clear" removes ${dumps.length === 1 ? "it" : "them"}.`);
  } catch (error) {
    return failed(`Cannot read the crash dumps in "${showRaw(directory)}": ${describeError(error)}`);
  }
}

function clear(directory: string, asJson: boolean): CommandResult {
  const removed = clearDumps(directory);
  return done(asJson ? JSON.stringify({ removed }, null, 2) : `Removed ${showCount(removed, "crash dump")}.`);
}

function show(dump: CrashDump): string {
  return [`${timeOf(dump)}  ${dump.cause}  ${showRaw(dump.path)}`, `  ${messageOf(dump)}`].join("\n");
}

function toJson(dump: CrashDump) {
  return {
    path: showRaw(dump.path),
    cause: dump.cause,
    unix: dump.unixSeconds,
    time: timeOf(dump),
    reported: dump.reported,
    message: messageOf(dump),
  };
}

function timeOf({ unixSeconds }: CrashDump): string {
  return new Date(unixSeconds * 1000).toISOString();
}
