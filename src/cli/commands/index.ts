// The registry of commands, in the order in which help lists them.

import type { Command } from "../command.ts";
import { cache } from "./cache.ts";
import { clear } from "./clear.ts";
import { installShims } from "./install-shims.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { uninstallShims } from "./uninstall-shims.ts";

/** Every command. */
export const COMMANDS: readonly Command[] = [start, stop, status, cache, clear, installShims, uninstallShims];
