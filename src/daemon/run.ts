// The daemon's entry: flags → status mode, or serve. Exit codes: 0 served or another daemon does, 1 cannot serve, 2 usage.

import { describeError, ZccacheError } from "../core/errors.ts";
import { rawFromString } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { places } from "../ipc/places.ts";
import { readSettings, type Settings } from "../sys/environment.ts";
import { DAEMON_HELP, type DaemonFlags, DEFAULT_IDLE_SECONDS, parseDaemonFlags, secondsOf } from "./flags.ts";
import { printStatus } from "./print-status.ts";
import { serve } from "./serve.ts";

/** Runs `zccache-daemon ARGS` and gives its exit code. */
export async function runDaemon(args: readonly string[]): Promise<number> {
  try {
    const flags = parseDaemonFlags(args);
    if (flags.help) return say(DAEMON_HELP);
    if (flags.version) return say(`zccache-daemon ${VERSION}\n`);
    return await runWith(flags);
  } catch (error) {
    await Bun.write(Bun.stderr, `zccache-daemon: ${describeError(error)}\n`);
    return error instanceof ZccacheError && error.code === "BAD_FLAG" ? 2 : 1;
  }
}

async function runWith(flags: DaemonFlags): Promise<number> {
  const settings = readSettings();
  const idleSeconds = flags.idleTimeout ?? idleFromEnvironment(settings) ?? DEFAULT_IDLE_SECONDS;
  const where = places(
    flags.endpoint === undefined ? settings : { ...settings, endpoint: rawFromString(flags.endpoint) },
  );
  if (!flags.foreground) return await printStatus(where, settings.statusProbeSecs * 1000);
  return await serve({
    where,
    config: flags.config,
    logLevel: flags.logLevel,
    logExpression: settings.rustLog,
    logFile: flags.logFile,
    cacheSizeBytes: settings.cacheSizeBytes,
    noWatch: settings.noWatch,
    depgraphCache: flags.depgraphCache,
    idleSeconds,
  });
}

function idleFromEnvironment({ idleTimeoutSecs }: Settings): number | undefined {
  return idleTimeoutSecs === undefined ? undefined : secondsOf("ZCCACHE_IDLE_TIMEOUT_SECS", idleTimeoutSecs);
}

async function say(text: string): Promise<number> {
  await Bun.write(Bun.stdout, text);
  return 0;
}
