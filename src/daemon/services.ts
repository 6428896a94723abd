// What the stages of an invocation share. Made once at the daemon's start (run.ts), handed down, never global.

import type { FileStates } from "../key/file-states.ts";
import type { Store } from "../store/store.ts";
import type { Logger } from "../sys/log.ts";
import type { SelfImage } from "../sys/self-image.ts";
import type { PathWatch } from "../watch/path-watch.ts";
import type { Pool } from "../workers/pool.ts";
import type { Counters } from "./counters.ts";
import type { Environments } from "./environments.ts";
import type { InFlight } from "./in-flight.ts";
import type { Memo } from "./memo.ts";
import type { Spool } from "./spool.ts";
import type { Tools } from "./tools.ts";
import type { TracerLibrary } from "./tracer-library.ts";

/** Long-lived parts of the daemon. */
export type Services = {
  readonly store: Store;
  readonly files: FileStates;
  /** Undefined where nothing is watched. */
  readonly watch: PathWatch | undefined;
  readonly memo: Memo | undefined;
  readonly environments: Environments;
  readonly pool: Pool;
  readonly counters: Counters;
  readonly inFlight: InFlight;
  readonly tools: Tools;
  readonly spool: Spool;
  /** Our own executable, so that a tool is never resolved to it. */
  readonly self: SelfImage;
  readonly tracer: TracerLibrary;
  readonly log: Logger;
};
