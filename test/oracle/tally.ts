// What the oracle counts, and the report that it prints.

/** Outcomes of compiles of one kind; of a change: of the first compile after it, of commands that would have hit without. */
export type Outcomes = { hits: number; misses: number };

/** Everything that was counted in a run. */
export type Tally = {
  /** Compiles through the cache that were compared with bare ones. */
  compared: number;
  /** Those of them that failed, cached or not; failures are not stored. */
  failed: number;
  /** Those that the option tables say are not cached. */
  refused: number;
  /** Bare compiles that differed from themselves, so that there was nothing bare to compare with. */
  unsteady: number;
  /** Hits of those that were compared with the run through the cache that was stored. */
  warmAsCold: number;
  hits: number;
  /** Second and later compiles of a command in an unchanged tree, of those that have to hit. */
  repeats: Outcomes;
  /** Those of them that missed: what the daemon counted them as, and the command. */
  readonly missed: string[];
  readonly byKind: Record<string, Outcomes>;
  /** Failures by what was asked for. */
  readonly failures: Record<string, number>;
  /** In words; empty is what is wanted. */
  readonly wrong: string[];
};

/** Nothing counted yet. */
export function newTally(): Tally {
  return {
    compared: 0,
    failed: 0,
    refused: 0,
    unsteady: 0,
    warmAsCold: 0,
    hits: 0,
    repeats: { hits: 0, misses: 0 },
    missed: [],
    byKind: {},
    failures: {},
    wrong: [],
  };
}

/** Adds one outcome. */
export function count(outcomes: Outcomes, hit: boolean): void {
  if (hit) outcomes.hits++;
  else outcomes.misses++;
}

/** Adds one outcome of a kind of change. */
export function countKind(tally: Tally, kind: string, hit: boolean): void {
  const outcomes = tally.byKind[kind] ?? { hits: 0, misses: 0 };
  tally.byKind[kind] = outcomes;
  count(outcomes, hit);
}

/** Adds one failure. */
export function countFailure(tally: Tally, what: string): void {
  tally.failed++;
  tally.failures[what] = (tally.failures[what] ?? 0) + 1;
}

/** The sums of several runs. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = newTally();
  for (const { repeats, missed, byKind, failures, wrong, ...counts } of tallies) {
    sum.compared += counts.compared;
    sum.failed += counts.failed;
    sum.refused += counts.refused;
    sum.unsteady += counts.unsteady;
    sum.warmAsCold += counts.warmAsCold;
    sum.hits += counts.hits;
    sum.repeats = added(sum.repeats, repeats);
    for (const [kind, outcomes] of Object.entries(byKind)) sum.byKind[kind] = added(sum.byKind[kind], outcomes);
    for (const [what, number] of Object.entries(failures)) sum.failures[what] = (sum.failures[what] ?? 0) + number;
    sum.missed.push(...missed);
    sum.wrong.push(...wrong);
  }
  return sum;
}

function added(one: Outcomes = { hits: 0, misses: 0 }, other: Outcomes): Outcomes {
  return { hits: one.hits + other.hits, misses: one.misses + other.misses };
}

/** Share of hits among outcomes, in percent; 0 of none. */
export function percentOfHits({ hits, misses }: Outcomes): number {
  return hits + misses === 0 ? 0 : (100 * hits) / (hits + misses);
}

/** How many outcomes after changes of this kind there were. */
export function outcomesOf({ byKind }: Tally, kind: string): number {
  const { hits, misses } = byKind[kind] ?? { hits: 0, misses: 0 };
  return hits + misses;
}

/** True if there was a hit and a miss after changes of this kind. */
export function wentBothWays({ byKind }: Tally, kind: string): boolean {
  const { hits, misses } = byKind[kind] ?? { hits: 0, misses: 0 };
  return hits > 0 && misses > 0;
}

/** The report: a line for each number, then the repeats that missed, a table by kind, then what was wrong. */
export function report(tally: Tally): string {
  const { compared, failed, refused, unsteady, warmAsCold, hits, repeats, missed, byKind, failures, wrong } = tally;
  const kinds = Object.entries(byKind).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    `${compared} compared: ${wrong.length} wrong, ${hits} hits, ${failed} failed, ${refused} refused`,
    `${unsteady} differed from themselves, ${warmAsCold} of their hits compared with the run before`,
    `unchanged repeats: ${repeats.hits} of ${repeats.hits + repeats.misses} hit (${percentOfHits(repeats).toFixed(1)} %)`,
    ...missed.toSorted().map((line) => `  missed as ${line}`),
    ...kinds.map(([kind, outcomes]) => `  ${kind.padEnd(32)} ${outcomes.hits} hits, ${outcomes.misses} misses`),
    `failed: ${Object.entries(failures)
      .map(([what, number]) => `${number} ${what}`)
      .join(", ")}`,
    ...wrong,
  ].join("\n");
}
