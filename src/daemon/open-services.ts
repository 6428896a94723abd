// Makes what the stages of an invocation share, once, at the daemon's start.

import { describeError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { evidenceIn, type Places } from "../ipc/places.ts";
import { createFileStates } from "../key/file-states.ts";
import { KnownContents } from "../key/known-contents.ts";
import { ToolSearches } from "../key/tool-search.ts";
import { watchStates } from "../key/watched-states.ts";
import { openStore } from "../store/open-store.ts";
import type { Logger } from "../sys/log.ts";
import { mountChanges } from "../sys/mounts.ts";
import { ownUserId } from "../sys/private-directory.ts";
import { identifySelf } from "../sys/self-image.ts";
import { openContentWatch, openWatch } from "../watch/open-watch.ts";
import type { PathWatch } from "../watch/path-watch.ts";
import { digestIn, findIn, hashIn } from "../workers/offload.ts";
import { createPool } from "../workers/pool.ts";
import { Activity } from "./activity.ts";
import { Counters } from "./counters.ts";
import { DepGraph } from "./depgraph.ts";
import { Environments } from "./environments.ts";
import { HandOver } from "./hand-over.ts";
import { HardLinks } from "./hard-links.ts";
import { InFlight } from "./in-flight.ts";
import { CompileJournal } from "./library/compile-journal.ts";
import { EndedCalls } from "./library/ended-calls.ts";
import { ExecTally } from "./library/exec-tally.ts";
import { Memo } from "./memo.ts";
import type { Services } from "./services.ts";
import { createSpool } from "./spool.ts";
import { startUpWarnings } from "./start-up-warnings.ts";
import { Tools } from "./tools.ts";
import { unpackTracer } from "./tracer-library.ts";
import { openTrials } from "./tracer-trials.ts";
import { Verification } from "./verification.ts";

/** What the user has set about them. */
export type ServiceOptions = {
  readonly where: Places;
  /** How much the cache may take on disk; 0 = any. */
  readonly cacheSizeBytes: number;
  readonly noWatch: boolean;
  /** Keep the warm-start image of the dependency graph. */
  readonly depgraphCache: boolean;
};

/** Opens them all. Nothing here fails for want of a cache, a watch or a tracer: each says what is wrong when it is used. */
export function openServices(options: ServiceOptions, log: Logger): Services {
  const { where, cacheSizeBytes, noWatch } = options;
  const pool = createPool();
  const store = openStore(where.state, {
    digest: digestIn(pool),
    limit: cacheSizeBytes,
    onProblem: (problem) => log.warn("artifact", describeError(problem)),
  });
  const self = identifySelf();
  const tracer = unpackTracer([`${where.state}/tracer`, privateTemporary()]);
  const looking = openLooking(
    noWatch ? undefined : orNone(() => openWatch([where.state, "/tmp"]), "Every path is looked at", log),
    { options, pool, self, log, store },
  );
  return {
    store,
    ...looking,
    environments: new Environments(),
    pool,
    findTexts: findIn(pool),
    counters: new Counters(),
    execTally: new ExecTally(),
    endedCalls: new EndedCalls(new CompileJournal(where)),
    inFlight: new InFlight(),
    handOver: new HandOver(),
    hardLinks: new HardLinks(() =>
      noWatch
        ? undefined
        : orNone(() => openContentWatch(where.state), "Every object is compared before it is linked", log),
    ),
    tools: new Tools(openTrials(tracer, where.state, looking.files)),
    spool: createSpool(where.state),
    self,
    tracer,
    verification: new Verification({ warn: (text) => log.warn("compiler", text) }),
    state: where.state,
    evidence: evidenceIn(where.root),
    writing: new Activity(),
    log,
  };
}

type Looking = Pick<Services, "files" | "watch" | "memo" | "searches" | "depgraph" | "startUpWarnings">;
type LookingParts = Pick<Services, "pool" | "self" | "log" | "store"> & { readonly options: ServiceOptions };

/** What tells the state of files: a watch with a look where needed, or a look each time. */
function openLooking(watch: PathWatch | undefined, { options, pool, self, log, store }: LookingParts): Looking {
  const contents = new KnownContents();
  const looking = createFileStates({ hashFiles: hashIn(pool), contents, mountsChanged: mountChanges() });
  const searches = new ToolSearches(self, watch);
  const warnings = startUpWarnings(log);
  const depgraph = new DepGraph(
    { state: options.where.state, enabled: options.depgraphCache },
    { contents, files: looking, watch, pool, warnings, log, totals: () => store.totals() },
  );
  const common = { watch, searches, depgraph, startUpWarnings: warnings };
  if (watch === undefined) return { ...common, files: looking, memo: undefined };
  const files = watchStates(looking, watch);
  return { ...common, files, memo: new Memo({ files, watch, tools: searches }) };
}

/** A watch, or a warning that there is none. */
function orNone<T>(open: () => T, withoutIt: string, log: Logger): T | undefined {
  try {
    return open();
  } catch (error) {
    log.warn("watcher", `${withoutIt}: ${describeError(error)}`);
    return undefined;
  }
}

function privateTemporary(): RawText {
  return `/tmp/zccache-${ownUserId()}`;
}
