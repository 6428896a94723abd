// The registry of commands, in the order in which help lists them.

import type { Command } from "../command.ts";
import { analyze } from "./analyze.ts";
import { cache } from "./cache.ts";
import { cacheRoot } from "./cache-root.ts";
import { clear } from "./clear.ts";
import { crashes } from "./crashes.ts";
import { exec } from "./exec.ts";
import { fp } from "./fp.ts";
import { inspect } from "./inspect.ts";
import { installServicedef } from "./install-servicedef.ts";
import { installShims } from "./install-shims.ts";
import { kv } from "./kv.ts";
import { releaseHandles } from "./release-handles.ts";
import { replay } from "./replay.ts";
import { sessionEnd } from "./session-end.ts";
import { sessionStart } from "./session-start.ts";
import { sessionStats } from "./session-stats.ts";
import { snapshot } from "./snapshot.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { uninstallShims } from "./uninstall-shims.ts";

/** Every command. */
export const COMMANDS: readonly Command[] = [
  start,
  stop,
  status,
  analyze,
  cache,
  cacheRoot,
  clear,
  crashes,
  exec,
  fp,
  inspect,
  kv,
  snapshot,
  replay,
  installShims,
  uninstallShims,
  installServicedef,
  sessionStart,
  sessionStats,
  sessionEnd,
  releaseHandles,
];
