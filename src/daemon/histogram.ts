// Durations by size, in constant memory: 16 buckets to each doubling, so that a quantile is right to 5 %.

const BUCKETS_A_DOUBLING = 16;
const DOUBLINGS = 40;

/** What many durations came to, in microseconds; 0 before the first. */
export type Quantiles = { readonly p50: number; readonly p99: number; readonly max: number };

/** Collects durations. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS_A_DOUBLING * DOUBLINGS);
  #total = 0;
  #max = 0;

  /** @param milliseconds As `performance.now()` differences are; negative ones count as 0. */
  add(milliseconds: number): void {
    const micros = Math.max(0, milliseconds * 1000);
    const bucket = micros < 1 ? 0 : Math.floor(Math.log2(micros) * BUCKETS_A_DOUBLING) + 1;
    const at = Math.min(bucket, this.#counts.length - 1);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#total += 1;
    this.#max = Math.max(this.#max, micros);
  }

  quantiles(): Quantiles {
    return { p50: this.#quantile(0.5), p99: this.#quantile(0.99), max: Math.round(this.#max) };
  }

  reset(): void {
    this.#counts.fill(0);
    this.#total = this.#max = 0;
  }

  #quantile(share: number): number {
    const wanted = Math.ceil(this.#total * share);
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted && count > 0) return Math.round(Math.min(this.#max, 2 ** (bucket / BUCKETS_A_DOUBLING)));
    }
    return 0;
  }
}
