// Lines of the daemon's log. Which ones are wanted is decided once, at the start.
//
//   line ::= <time> " " <level> " zccache_" <component> "[" <worker> "]: " <text>
//   2026-11-22T01:04:50.048Z INFO  zccache_ipc[0]: connection of process 4711 ended
//                                              ^ thread that speaks; 0 is the daemon's own, workers count from 1

import { writeSync } from "node:fs";
import { threadId } from "node:worker_threads";

/** How important a line is, from least to most. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes lines of one process. `component` is the part that speaks, without the product's prefix, e.g. "ipc". */
export type Logger = { readonly [Level in LogLevel]: (component: string, text: string) => void };

/** What is wanted, and where it goes. */
export type LogOptions = {
  /** Used where `expression` is missing or can't be read. */
  readonly level: LogLevel;
  /** RUST_LOG: comma-separated `level` or `component=level`, components with their prefix, e.g. "warn,zccache_ipc=debug". */
  readonly expression?: string | undefined;
  /** Takes one line with its newline; standard error unless given. */
  readonly write?: (line: string) => void;
  /** The time to stamp a line with; the clock unless given. */
  readonly now?: () => Date;
};

// Shown from info on whatever the expression narrows to: wrappers that set `zccache_daemon=info` would hide them.
const FLOOR: ReadonlySet<string> = new Set([
  "artifact",
  "compiler",
  "core",
  "depgraph",
  "download",
  "fingerprint",
  "fscache",
  "gha",
  "hash",
  "ipc",
  "protocol",
  "symbols",
  "watcher",
]);

/** Makes a logger. A line never throws: a log that can't be written is no reason to stop. */
export function createLogger(options: LogOptions): Logger {
  const { write = (line) => writeSync(2, line), now = () => new Date() } = options;
  const wanted = parseExpression(options.expression) ?? { rest: options.level, components: new Map() };
  const log = (level: LogLevel) => (component: string, text: string) => {
    if (rank(level) < threshold(component, wanted)) return;
    try {
      const who = `zccache_${component}[${threadId}]`;
      write(`${now().toISOString()} ${level.toUpperCase().padEnd(5)} ${who}: ${oneLine(text)}\n`);
    } catch {
      // Nobody is left who could be told.
    }
  };
  return { trace: log("trace"), debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

type Wanted = { readonly rest: LogLevel | undefined; readonly components: ReadonlyMap<string, LogLevel> };

function threshold(component: string, { rest, components }: Wanted): number {
  const level = components.get(component) ?? rest;
  const asked = level === undefined ? LOG_LEVELS.length : rank(level);
  return FLOOR.has(component) ? Math.min(asked, rank("info")) : asked;
}

/** Undefined if there is no expression or one of its parts can't be read. */
function parseExpression(expression: string | undefined): Wanted | undefined {
  if (expression === undefined || expression.trim() === "") return undefined;
  let rest: LogLevel | undefined;
  const components = new Map<string, LogLevel>();
  for (const part of expression.split(",")) {
    // zccache_ipc=debug
    // ^^^^^^^^^^^ target; a level alone is for all others
    const [, target, word] = /^\s*(?:(\w+)\s*=)?\s*(\w+)\s*$/.exec(part) ?? [];
    const level = LOG_LEVELS.find((name) => name === word?.toLowerCase());
    if (level === undefined) return undefined;
    if (target === undefined) rest = level;
    else components.set(target.replace(/^zccache_/, ""), level);
  }
  return { rest, components };
}

function rank(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level);
}

/** Names of files may hold line breaks; a line of the log never does. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, "⏎");
}
