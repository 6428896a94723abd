// What the daemon says that it did with a call: asked before and after, for calls that should have hit.

import { places } from "../../src/ipc/places.ts";
import { question } from "../../src/ipc/question.ts";
import { dialRunning } from "../../src/shim/dial-running.ts";
import { readSettings } from "../../src/sys/environment.ts";
import type { Environment } from "../support/run.ts";

/** Numbers of calls by what became of them: `stored`, or the reason why not. Empty while no daemon runs. */
export type DaemonCounts = Readonly<Record<string, number>>;

const ANSWER_MS = 5000;
const LONGEST_FILING_MS = 1000;
const PAUSE_MS = 10;

/** What the daemon of this environment has counted since its start. */
export async function daemonCounts(env: Environment): Promise<DaemonCounts> {
  using daemon = await dialRunning(places(readSettings(env, false)), ANSWER_MS);
  if (daemon === undefined) return {};
  const { cache_misses, link_misses, non_cacheable_reasons } = await question(
    daemon,
    { type: "Status" },
    { type: "Status", timeoutMs: ANSWER_MS },
  );
  return { ...non_cacheable_reasons, stored: cache_misses + link_misses };
}

/** What has become of the calls since then; results are filed behind the caller's back, so it waits for a first one. */
export async function countedSince(before: DaemonCounts, env: Environment): Promise<string> {
  for (let waited = 0; waited < LONGEST_FILING_MS; waited += PAUSE_MS) {
    const now = await daemonCounts(env);
    const grown = Object.keys(now).filter((name) => (now[name] ?? 0) > (before[name] ?? 0));
    if (grown.length > 0) return grown.toSorted().join(", ");
    await Bun.sleep(PAUSE_MS);
  }
  return "not counted";
}
