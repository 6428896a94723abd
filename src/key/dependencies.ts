// From what a run looked at to the dependencies of its result. The guard against inputs that changed meanwhile is
// what-was-seen.ts.

import type { Dependency } from "../core/entry.ts";
import type { Look } from "../core/observation.ts";
import type { Refusal } from "../core/plan.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import { turns } from "../sys/turn.ts";
import type { FileStates } from "./file-states.ts";
import { foldAbsent } from "./fold-absent.ts";
import type { SpelledItem, StateItem } from "./state-items.ts";
import { findTwins, type ReadFile } from "./twins.ts";
import { checkAll, type RunStart, type Seen, seenAt } from "./what-was-seen.ts";

/** What a run depended on, by what its paths are now; `check` has to allow its use. */
export type Draft = {
  readonly dependencies: Dependency[];
  /**
   * Undefined if the run saw what the dependencies say; else why that can't be told: the result would be filed under
   * contents that the tool did not see. To be called last, so that it speaks for all that was looked at until then.
   */
  check(): Promise<Refusal | undefined>;
};

/** The dependencies of a finished run, or a refusal when something that it looked at may have changed since it was started. */
export async function dependenciesOf(
  looks: readonly Look[],
  files: FileStates,
  start: RunStart,
): Promise<Dependency[] | Refusal> {
  const draft = await draftDependencies(looks, files, start);
  return (await draft.check()) ?? draft.dependencies;
}

/** As `dependenciesOf`, with the check left to the caller. Steps aside now and then. */
export async function draftDependencies(looks: readonly Look[], files: FileStates, start: RunStart): Promise<Draft> {
  const items = looks.map(({ path, aspect }) => files.item(path, aspect, start.cwd));
  const now = await files.states(items, "filing");
  const seen: Seen[] = [];
  const dependencies: Dependency[] = [];
  // Counted by hand here and below: entries() takes ten times as long until it is compiled, and these are thousands.
  let index = 0;
  for (const item of items) {
    const each = seenAt({ item, look: looks[index], now: now[index] ?? "E" }, start);
    index++;
    seen.push(each);
    // Only regular files have times that matter.
    if (item.aspect === "stamp" && !each.state.startsWith("T")) continue;
    dependencies.push(dependencyOn(item, each.state, start.cwd));
  }
  if (turns.isLong) await turns.next("filing");
  const folded = foldAbsent(dependencies, files);
  if (turns.isLong) await turns.next("filing");
  const twins = findTwins(filesAmong(items, now), files);
  const check = () => checkAll(seen, files, start);
  if (twins.size === 0) return { dependencies: folded, check };
  const timed = looks.flatMap((look): Look[] => {
    const isTwin = look.aspect === "content" && twins.has(absolutePath(look.path, start.cwd));
    return isTwin ? [{ ...look, aspect: "stamp" }] : [];
  });
  // Without contents there are no twins.
  const times = await draftDependencies(timed, files, start);
  return {
    dependencies: [...folded, ...times.dependencies],
    check: async () => (await check()) ?? (await times.check()),
  };
}

/** Those that are files, with their states. */
function filesAmong(items: readonly StateItem[], states: readonly string[]): ReadFile[] {
  const found: ReadFile[] = [];
  let index = 0;
  for (const { path } of items) {
    const state = states[index++] ?? "E";
    if (state.startsWith("F")) found.push({ path, state });
  }
  return found;
}

/** The dependency that a row gets: the same object as for the last row where it says the same. */
function dependencyOn(item: SpelledItem, state: string, cwd: RawText): Dependency {
  const { spelled, aspect, dependency } = item;
  if (dependency?.state === state && spelled !== cwd) return dependency;
  const made = { path: keptAs(spelled, cwd), aspect, state };
  if (spelled !== cwd) item.dependency = made;
  return made;
}

/**
 * Paths that the tool spelled relative to its working directory stay so, which lets another checkout hit. Absolute ones
 * must stay absolute even below it: the same command run elsewhere would still look there. The exception is the
 * directory itself, which tools compare with $PWD.
 */
function keptAs(path: RawText, cwd: RawText): RawText {
  return path === cwd ? "." : path;
}
