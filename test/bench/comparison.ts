// What the parts have in common: who is the best of the peers, and a trial's samples as JSON and as bars.

import { OURS } from "./contenders.ts";
import { figure, middle, type PerRun } from "./figures.ts";
import type { TrialResult } from "./sampling.ts";
import type { Panel } from "./svg.ts";

/** A trial's title and the samples by contender. */
type TrialData = { readonly title: string; readonly jobs: number; readonly [member: string]: unknown };

/** Names in a trial that are neither a compiler alone nor ours. */
const NOT_PEERS = new Set(["bare", "floor", OURS]);

/** The peer with the smallest median, or the largest. */
export function bestPeer(
  { samples }: TrialResult,
  perRun: PerRun,
  which: "least" | "most",
): { readonly name: string; readonly value: number } {
  const peers = [...samples].filter(([name]) => !NOT_PEERS.has(name));
  const ranked = peers
    .map(([name, of]) => ({ name, value: middle(of, perRun) }))
    .toSorted((a, b) => (which === "least" ? a.value - b.value : b.value - a.value));
  return ranked[0] ?? { name: "none", value: Number.NaN };
}

/** Everything that was measured. */
export function dataOf({ title, jobs, samples, absent }: TrialResult): TrialData {
  return { title, jobs, contenders: Object.fromEntries(samples), notShown: absent };
}

/** Bars of the caches; the bare compiler would make them all invisible, so it stands beside the title. */
export function panelOf(
  { samples }: TrialResult,
  { title, unit, perRun }: { readonly title: string; readonly unit: string; readonly perRun: PerRun },
): Panel {
  const caches = [...samples].filter(([name]) => name !== "bare" && name !== "floor");
  const bare = samples.get("bare");
  const note = bare === undefined ? "" : `(compiler alone: ${figure(middle(bare, perRun))} ${unit})`;
  const bars = caches.map(([name, of]) => ({ name, value: middle(of, perRun), own: name === OURS }));
  return { title, note, unit, bars };
}
