// The daemon's own command line: `zccache-daemon FLAGS` or `zccache daemon-run FLAGS`.

import { parseArgs } from "node:util";
import { ZccacheError } from "../core/errors.ts";
import type { LogLevel } from "../sys/log.ts";

/** Flags as given; undefined where a default applies. */
export type DaemonFlags = {
  readonly config: string | undefined;
  readonly logLevel: LogLevel;
  readonly foreground: boolean;
  readonly endpoint: string | undefined;
  /** Seconds; 0 = never. */
  readonly idleTimeout: number | undefined;
  readonly depgraphCache: boolean;
  readonly logFile: string | undefined;
  readonly help: boolean;
  readonly version: boolean;
};

/** Seconds without a request after which the daemon ends, unless told otherwise. */
export const DEFAULT_IDLE_SECONDS = 3600;

const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** Text of `--help`. */
export const DAEMON_HELP = `Usage: zccache-daemon [FLAGS]

Without --foreground it only tells whether a daemon serves the endpoint, and exits 0.
Clients start the daemon by themselves; there is normally no need to do so by hand.

  --config PATH         accepted for compatibility; no setting is read from it
  --log-level LEVEL     trace, debug, info, warn or error (default info)
  --foreground          serve in this process
  --endpoint PATH       socket to serve, or to ask
  --idle-timeout N      end after N seconds without a request; 0 = never
                        (default ZCCACHE_IDLE_TIMEOUT_SECS, else ${DEFAULT_IDLE_SECONDS})
  --no-depgraph-cache   neither load nor save what is known of files, and remove
                        the file that holds it: the first build after a start is slower
  --log-file PATH       where output goes with --foreground (appended)
  -h, --help            this text
  -V, --version         the version

Examples:
  zccache-daemon                                   is a daemon running?
  zccache-daemon --foreground --idle-timeout 0     serve until told to stop
`;

/** Parses the flags. @throws {ZccacheError} `BAD_FLAG` for an unknown flag or a bad value. */
export function parseDaemonFlags(args: readonly string[]): DaemonFlags {
  const { values } = parse(args);
  return {
    config: values.config,
    logLevel: levelOf(values["log-level"]),
    foreground: values.foreground ?? false,
    endpoint: values.endpoint,
    idleTimeout: values["idle-timeout"] === undefined ? undefined : secondsOf("--idle-timeout", values["idle-timeout"]),
    depgraphCache: !(values["no-depgraph-cache"] ?? false),
    logFile: values["log-file"],
    help: values.help ?? false,
    version: values.version ?? false,
  };
}

/** A whole number of seconds. @throws {ZccacheError} `BAD_FLAG` naming where it came from. */
export function secondsOf(source: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ZccacheError("BAD_FLAG", `Cannot use ${source} "${text}": expected a whole number of seconds, 0 = never`);
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        config: text,
        "log-level": text,
        foreground: flag,
        endpoint: text,
        "idle-timeout": text,
        "no-depgraph-cache": flag,
        "log-file": text,
        help: { ...flag, short: "h" },
        version: { ...flag, short: "V" },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ZccacheError("BAD_FLAG", `Cannot read the daemon's flags: ${reason}`, { cause: error });
  }
}

function levelOf(text: string | undefined): LogLevel {
  const level = LEVELS.find((name) => name === (text ?? "info"));
  if (level === undefined) {
    throw new ZccacheError("BAD_FLAG", `Cannot use --log-level "${text}": expected one of ${LEVELS.join(", ")}`);
  }
  return level;
}
