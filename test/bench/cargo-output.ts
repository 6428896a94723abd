// What cargo and the caches print about a build, read.

/** What a further build found. */
export type Freshness = {
  /** Crates that were left as they are. */
  readonly fresh: number;
  /** Crates that were compiled, after a build that should have left nothing to do. */
  readonly anew: readonly string[];
};

/** What `cargo build --verbose` says on standard error: a line `Fresh`, or `Compiling`, for each crate. */
export function readFreshness(printed: string): Freshness {
  const crates = (word: string): string[] => {
    const lines = printed.matchAll(new RegExp(`^ +${word} (\\S+ v\\S+)`, "gm"));
    return Array.from(lines, ([, crate = ""]) => crate);
  };
  return { fresh: crates("Fresh").length, anew: crates("Compiling") };
}

/** Calls by the reason for which they were neither a hit nor a stored miss. */
export type Reasons = Readonly<Record<string, number>>;

/** Where the caches print them, in JSON: zccache and sccache. ccache and the Rust zccache have no such list. */
const PLACES = [
  ["daemon", "non_cacheable_reasons"],
  ["stats", "not_cached"],
] as const;

/** Out of what a cache prints as its statistics; empty where it gives no reasons. */
export function readReasons(printed: string): Reasons {
  const statistics: unknown = JSON.parse(printed);
  for (const path of PLACES) {
    const found = path.reduce<unknown>(member, statistics);
    if (typeof found === "object" && found !== null)
      return Object.fromEntries(Object.entries(found).map(([reason, count]) => [reason, Number(count)]));
  }
  return {};
}

/** What came to them between two looks. */
export function reasonsBetween(before: Reasons, after: Reasons): Reasons {
  const added = Object.entries(after).map(([reason, count]): [string, number] => [
    reason,
    count - (before[reason] ?? 0),
  ]);
  return Object.fromEntries(added.filter(([, count]) => count > 0));
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
