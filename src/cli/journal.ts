// A journal of calls, read for a summary: one JSON object a line, of any version; what can't be read is counted.

/** One call. */
export type JournalCall = {
  readonly outcome: string;
  readonly compiler: string;
  readonly args: readonly string[];
  readonly sessionId: string | undefined;
  readonly crate: string | undefined;
  /** Of what it made, without a dot. */
  readonly extension: string | undefined;
  readonly millis: number;
};

/** Lines of a journal that say something, and those of them that are calls. */
export type Journal = { readonly lines: number; readonly calls: readonly JournalCall[] };

/** What `analyze --json` shows beside the file's name. Times are in milliseconds. */
export type Summary = {
  readonly compile_count: number;
  readonly link_count: number;
  readonly hit_count: number;
  readonly miss_count: number;
  readonly error_count: number;
  readonly link_hit_count: number;
  readonly link_miss_count: number;
  /** Of hits and misses, links included: 0 to 1; null before the first. */
  readonly hit_rate: number | null;
  readonly total_latency_ms: number;
  readonly by_extension: Readonly<Record<string, number>>;
  readonly by_tool_total_ms: Readonly<Record<string, number>>;
  readonly by_tool_calls: Readonly<Record<string, number>>;
  readonly top_slowest: readonly Slow[];
  readonly top_miss_crates: readonly { readonly crate: string; readonly misses: number }[];
};

/** One of the slowest calls. */
export type Slow = {
  readonly tool: string;
  readonly outcome: string;
  readonly crate: string | null;
  readonly latency_ms: number;
};

/** Reads a journal's text. */
export function readJournal(text: string): Journal {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return { lines: lines.length, calls: lines.flatMap((line) => readLine(line) ?? []) };
}

/** Orders of the lists at the end of a summary. */
export type Order = "wall-clock" | "misses" | "hits";

/** Sums up. @param top How many to list. */
export function summarize(calls: readonly JournalCall[], { order, top }: { order: Order; top: number }): Summary {
  const count = (outcome: string) => calls.filter((call) => call.outcome === outcome).length;
  const [hit, miss, linkHit, linkMiss] = [count("hit"), count("miss"), count("link_hit"), count("link_miss")];
  const hits = hit + linkHit;
  const looked = hits + miss + linkMiss;
  return {
    compile_count: calls.filter((call) => !call.outcome.startsWith("link_")).length,
    link_count: linkHit + linkMiss,
    hit_count: hit,
    miss_count: miss,
    error_count: count("error") + count("cached_error"),
    link_hit_count: linkHit,
    link_miss_count: linkMiss,
    hit_rate: looked === 0 ? null : hits / looked,
    total_latency_ms: sumOf(calls),
    by_extension: tally(
      calls,
      ({ extension }) => extension,
      (group) => group.length,
    ),
    by_tool_total_ms: tally(calls, toolOf, sumOf),
    by_tool_calls: tally(calls, toolOf, (group) => group.length),
    top_slowest: listed(calls, order).slice(0, top).map(slow),
    top_miss_crates: missCrates(calls).slice(0, top),
  };
}

function listed(calls: readonly JournalCall[], order: Order): JournalCall[] {
  const wanted =
    order === "wall-clock" ? calls : calls.filter((call) => isOf(call, order === "misses" ? "miss" : "hit"));
  return wanted.toSorted((a, b) => b.millis - a.millis);
}

/** True for a call of that outcome: `non-cacheable` is whatever is neither a hit nor a miss. */
export function isOf({ outcome }: JournalCall, wanted: string): boolean {
  const kind = /^(?:link_)?(hit|miss)$/.exec(outcome)?.[1] ?? "non-cacheable";
  return kind === wanted;
}

function missCrates(calls: readonly JournalCall[]): { crate: string; misses: number }[] {
  const misses = calls.filter((call) => isOf(call, "miss"));
  const numbers = tally(
    misses,
    ({ crate }) => crate,
    (group) => group.length,
  );
  return Object.entries(numbers)
    .map(([crate, number]) => ({ crate, misses: number }))
    .sort((a, b) => b.misses - a.misses || (a.crate < b.crate ? -1 : 1));
}

function slow(call: JournalCall): Slow {
  return { tool: toolOf(call), outcome: call.outcome, crate: call.crate ?? null, latency_ms: call.millis };
}

function tally(
  calls: readonly JournalCall[],
  nameOf: (call: JournalCall) => string | undefined,
  measure: (group: readonly JournalCall[]) => number,
): Record<string, number> {
  const groups = Map.groupBy(calls, nameOf);
  const named = [...groups].flatMap(([name, group]) => (name === undefined ? [] : [[name, measure(group)] as const]));
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sumOf(calls: readonly JournalCall[]): number {
  return Math.round(calls.reduce((sum, { millis }) => sum + millis, 0));
}

function toolOf({ compiler }: JournalCall): string {
  return compiler.slice(compiler.lastIndexOf("/") + 1);
}

/** Undefined for what is no call. */
function readLine(line: string): JournalCall | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const fields = value as Record<string, unknown>;
    const text = (name: string) => (typeof fields[name] === "string" ? fields[name] : undefined);
    const [outcome, compiler, nanoseconds] = [text("outcome"), text("compiler"), fields["latency_ns"]];
    if (outcome === undefined || compiler === undefined) return undefined;
    const args = Array.isArray(fields["args"]) ? fields["args"].map(String) : [];
    return {
      outcome,
      compiler,
      args,
      sessionId: text("session_id"),
      crate: text("crate_name"),
      extension: text("output_ext") ?? extensionIn(args),
      millis: typeof nanoseconds === "number" ? nanoseconds / 1e6 : 0,
    };
  } catch {
    return undefined; // cut off, or no journal at all
  }
}

/** Of what stands behind -o, where the line does not tell. */
function extensionIn(args: readonly string[]): string | undefined {
  const output = args[args.indexOf("-o") + 1];
  return args.includes("-o") ? /[^./]\.([^./]+)$/.exec(output ?? "")?.[1] : undefined;
}
