// What the stages of an invocation share. Made once at the daemon's start (run.ts), handed down, never global.

import type { RawText } from "../core/raw-text.ts";
import type { FileStates } from "../key/file-states.ts";
import type { ToolSearches } from "../key/tool-search.ts";
import type { Store } from "../store/store.ts";
import type { Logger } from "../sys/log.ts";
import type { SelfImage } from "../sys/self-image.ts";
import type { PathWatch } from "../watch/path-watch.ts";
import type { findIn } from "../workers/offload.ts";
import type { Pool } from "../workers/pool.ts";
import type { Activity } from "./activity.ts";
import type { Counters } from "./counters.ts";
import type { DepGraph } from "./depgraph.ts";
import type { Environments } from "./environments.ts";
import type { HandOver } from "./hand-over.ts";
import type { HardLinks } from "./hard-links.ts";
import type { InFlight } from "./in-flight.ts";
import type { EndedCalls } from "./library/ended-calls.ts";
import type { ExecTally } from "./library/exec-tally.ts";
import type { Memo } from "./memo.ts";
import type { Spool } from "./spool.ts";
import type { StartUpWarnings } from "./start-up-warnings.ts";
import type { Tools } from "./tools.ts";
import type { TracerLibrary } from "./tracer-library.ts";
import type { Verification } from "./verification.ts";

/** Long-lived parts of the daemon. */
export type Services = {
  readonly store: Store;
  readonly files: FileStates;
  /** Undefined where nothing is watched. */
  readonly watch: PathWatch | undefined;
  readonly memo: Memo | undefined;
  readonly searches: ToolSearches;
  readonly depgraph: DepGraph;
  readonly startUpWarnings: StartUpWarnings;
  readonly environments: Environments;
  readonly pool: Pool;
  /** Which texts stand in a staged file of so many bytes. */
  readonly findTexts: ReturnType<typeof findIn>;
  readonly counters: Counters;
  /** As `counters`, of tools that are run for library clients and `exec`. */
  readonly execTally: ExecTally;
  readonly endedCalls: EndedCalls;
  readonly inFlight: InFlight;
  readonly handOver: HandOver;
  readonly hardLinks: HardLinks;
  readonly tools: Tools;
  readonly spool: Spool;
  /** Our own executable, so that a tool is never resolved to it. */
  readonly self: SelfImage;
  readonly tracer: TracerLibrary;
  readonly verification: Verification;
  /** Directory that belongs to this daemon. */
  readonly state: RawText;
  /** Directory of what verification found to differ. */
  readonly evidence: RawText;
  /** Results that are being filed; an orderly end waits for them. */
  readonly writing: Activity;
  readonly log: Logger;
};
