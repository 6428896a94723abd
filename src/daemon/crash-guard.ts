// What is left of a daemon that crashes. An error that nobody catches is written down by the daemon itself. A fatal
// signal (SEGV, BUS, ILL, FPE, ABRT) leaves no time for that: the runtime says what happened on standard error and dies
// by the signal; the next daemon finds that text in the log of the last one, and writes the dump then (last-run.ts).

import { arch, platform } from "node:os";
import { describeError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { type Crash, type CrashDump, listDumps, markReported, messageOf, writeDump } from "../sys/crash-dumps.ts";
import { environmentValues } from "../sys/environment.ts";
import type { Logger } from "../sys/log.ts";

/** What is known of a crash. */
export type Circumstances = Omit<Crash, "text"> & { readonly pid: number; readonly message: string };

/**
 * Ends the process, with a dump, at the first error that nobody catches: exit code 1. Kept for the process's whole life.
 * @param dumped Told that the dump is written, or can't be.
 */
export function installCrashGuard(directory: RawText, log: Logger, dumped: () => void): void {
  let crashed = false;
  const crash = (error: unknown): void => {
    if (crashed) return;
    crashed = true;
    const message = error instanceof Error ? `${describeError(error)}\n\n${error.stack ?? ""}` : String(error);
    log.error("core", `ends by an error that nobody caught: ${message}`);
    const unixSeconds = Math.floor(Date.now() / 1000);
    leaveDump(directory, { cause: "panic", unixSeconds, pid: process.pid, message }, log);
    dumped();
    process.exit(1);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
}

/** Writes a dump; failing at it is only logged. */
export function leaveDump(directory: RawText, circumstances: Circumstances, log: Logger): void {
  try {
    writeDump(directory, { ...circumstances, text: dumpText(circumstances, environmentValues()) });
  } catch (error) {
    log.warn("core", `Cannot write a crash dump: ${describeError(error)}`);
  }
}

/** Warns of each dump that nobody has been told of yet, and marks it. */
export function reportCrashes(directory: RawText, log: Logger): void {
  try {
    for (const dump of listDumps(directory).filter(({ reported }) => !reported)) report(dump, log);
  } catch (error) {
    log.warn("core", `Cannot look for crash dumps: ${describeError(error)}`);
  }
}

/** The dump: who, where, when, and what is known. Values of variables are replaced by the variable's name. */
export function dumpText(
  { cause, unixSeconds, pid, message }: Circumstances,
  values: ReadonlyMap<string, string>,
): string {
  const lines = [
    `zccache-daemon ${VERSION}`,
    `os       ${platform()}`,
    `arch     ${arch()}`,
    `pid      ${pid}`,
    `time     ${new Date(unixSeconds * 1000).toISOString()}`,
    `cause    ${cause}`,
    "",
    withoutValues(message, values).trimEnd(),
  ];
  return `${lines.join("\n")}\n`;
}

function report(dump: CrashDump, log: Logger): void {
  const what = dump.cause === "panic" ? "by an error that nobody caught" : `by ${dump.cause}`;
  const when = new Date(dump.unixSeconds * 1000).toISOString();
  log.warn("core", `an earlier daemon crashed ${what} at ${when}; "zccache crashes" shows it: ${messageOf(dump)}`);
  markReported(dump);
}

// Shorter values ("1", "C") stand in any text, and tell nothing.
const SHORTEST_VALUE = 6;

function withoutValues(text: string, values: ReadonlyMap<string, string>): string {
  const longestFirst = [...values].filter(([, value]) => value.length >= SHORTEST_VALUE);
  longestFirst.sort(([, a], [, b]) => b.length - a.length);
  return longestFirst.reduce((rest, [name, value]) => rest.replaceAll(value, `<${name}>`), text);
}
