// Makes what the stages of an invocation share, once, at the daemon's start.

import { describeError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import type { Places } from "../ipc/places.ts";
import { createFileStates } from "../key/file-states.ts";
import { watchStates } from "../key/watched-states.ts";
import { openStore } from "../store/open-store.ts";
import type { Logger } from "../sys/log.ts";
import { ownUserId } from "../sys/private-directory.ts";
import { identifySelf } from "../sys/self-image.ts";
import { openWatch } from "../watch/open-watch.ts";
import type { PathWatch } from "../watch/path-watch.ts";
import { digestIn, hashIn } from "../workers/offload.ts";
import { createPool } from "../workers/pool.ts";
import { Counters } from "./counters.ts";
import { Environments } from "./environments.ts";
import { InFlight } from "./in-flight.ts";
import { Memo } from "./memo.ts";
import type { Services } from "./services.ts";
import { createSpool } from "./spool.ts";
import { Tools } from "./tools.ts";
import { unpackTracer } from "./tracer-library.ts";
import { openTrials } from "./tracer-trials.ts";

/** What the user has set about them. */
export type ServiceOptions = {
  readonly where: Places;
  /** How much the cache may take on disk; 0 = any. */
  readonly cacheSizeBytes: number;
  readonly noWatch: boolean;
};

/** Opens them all. Nothing here fails for want of a cache, a watch or a tracer: each says what is wrong when it is used. */
export function openServices({ where, cacheSizeBytes, noWatch }: ServiceOptions, log: Logger): Services {
  const pool = createPool();
  const store = openStore(where.state, {
    digest: digestIn(pool),
    limit: cacheSizeBytes,
    onProblem: (problem) => log.warn("artifact", describeError(problem)),
  });
  const self = identifySelf();
  const tracer = unpackTracer([`${where.state}/tracer`, privateTemporary()]);
  return {
    store,
    ...openLooking(noWatch ? undefined : watchOrNone(where, log), { pool, self }),
    environments: new Environments(),
    pool,
    counters: new Counters(),
    inFlight: new InFlight(),
    tools: new Tools(openTrials(tracer, where.state)),
    spool: createSpool(where.state),
    self,
    tracer,
    log,
  };
}

/** What tells the state of files: a watch with a look where needed, or a look each time. */
function openLooking(
  watch: PathWatch | undefined,
  { pool, self }: Pick<Services, "pool" | "self">,
): Pick<Services, "files" | "watch" | "memo"> {
  const looking = createFileStates({ hashFiles: hashIn(pool) });
  if (watch === undefined) return { files: looking, watch, memo: undefined };
  const files = watchStates(looking, watch);
  return { files, watch, memo: new Memo({ files, watch, self }) };
}

function watchOrNone(where: Places, log: Logger): PathWatch | undefined {
  try {
    return openWatch([where.state, "/tmp"]);
  } catch (error) {
    log.warn("watcher", `Every path is looked at: ${describeError(error)}`);
    return undefined;
  }
}

function privateTemporary(): RawText {
  return `/tmp/zccache-${ownUserId()}`;
}
