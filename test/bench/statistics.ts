// Hits and misses as each cache counts them itself, read from what its own command prints.

/** Calls since the cache was emptied. */
export type Tally = { readonly hits: number; readonly misses: number };

/** Calls between two looks. */
export function between(before: Tally, after: Tally): Tally {
  return { hits: after.hits - before.hits, misses: after.misses - before.misses };
}

/** `ccache --print-stats`: a line for each counter, `<name> TAB <number>`. */
export function readCcacheTally(printed: string): Tally {
  const counters = new Map(printed.split("\n").map((line): [string, number] => pair(line)));
  const counted = (name: string): number => known(counters.get(name), name);
  return { hits: counted("direct_cache_hit") + counted("preprocessed_cache_hit"), misses: counted("cache_miss") };
}

/** `sccache --show-stats --stats-format=json`: counts by language. */
export function readSccacheTally(printed: string): Tally {
  const stats = member(JSON.parse(printed), "stats");
  const sum = (name: string): number => {
    const counts = member(member(stats, name), "counts");
    if (counts === undefined) throw missing(name);
    return Object.values(counts).reduce((total: number, count) => total + Number(count), 0);
  };
  return { hits: sum("cache_hits"), misses: sum("cache_misses") };
}

/** `zccache status --json`, which is the same in both programs of that name. */
export function readZccacheTally(printed: string): Tally {
  const daemon = member(JSON.parse(printed), "daemon");
  const counted = (name: string): number => {
    const value = member(daemon, name);
    return known(typeof value === "number" ? value : undefined, name);
  };
  return { hits: counted("cache_hits"), misses: counted("cache_misses") };
}

function pair(line: string): [string, number] {
  const [name = "", value = ""] = line.split("\t");
  return [name, Number(value)];
}

function member(value: unknown, name: string): object | number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return (typeof found === "object" && found !== null) || typeof found === "number" ? found : undefined;
}

function known(value: number | undefined, name: string): number {
  if (value === undefined || Number.isNaN(value)) throw missing(name);
  return value;
}

function missing(name: string): Error {
  return new Error(`Cannot read its statistics: "${name}" is missing`);
}
