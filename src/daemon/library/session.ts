// One session: what its compiles came to, its journal and its log.

import type { RawText } from "../../core/raw-text.ts";
import { showRaw } from "../../core/raw-text.ts";
import type { Variable } from "../../core/variable.ts";
import type { CallReply } from "../../ipc/schemas/calls.ts";
import type { CallRecord } from "./call-record.ts";
import { addLine } from "./journal.ts";
import { type JournalEntry, journalLine } from "./journal-line.ts";
import { type Redact, redactor } from "./redact.ts";

/** Figures as the wire has them, but for those of the daemon. */
export type SessionFigures = Omit<NonNullable<CallReply<"SessionStats">["stats"]>, "phase_profile">;

/** What a session was started with. Paths are absolute. */
export type SessionSettings = {
  readonly id: string;
  readonly clientPid: number;
  readonly workingDirectory: RawText;
  /** Where that led when the session began. */
  readonly realDirectory: RawText;
  readonly logFile: RawText | undefined;
  readonly journal: RawText | undefined;
  readonly trackStats: boolean;
  readonly profile: boolean;
  /** Laid over the variables of each compile. */
  readonly environment: readonly Variable[];
  /** Whom it counts among the daemon's owners. */
  readonly owners: readonly number[];
};

/** A session that has not ended. */
export class Session {
  readonly settings: SessionSettings;
  readonly redact: Redact;
  readonly #started = performance.now();
  readonly #sources = new Set<RawText>();
  readonly #reasons = new Map<string, number>();
  readonly #filing = new Set<Promise<void>>();
  #isClosed = false;
  readonly #counts = {
    compilations: 0,
    hits: 0,
    misses: 0,
    non_cacheable: 0,
    errors: 0,
    errors_cached: 0,
    time_saved_ms: 0,
    bytes_read: 0,
    bytes_written: 0,
  };

  constructor(settings: SessionSettings) {
    this.settings = settings;
    this.redact = redactor(settings.environment.map(([, value]) => value));
    this.log(`session ${settings.id} of process ${settings.clientPid} in ${showRaw(settings.workingDirectory)}`);
  }

  /** Adds a line to the session's log, if it has one. */
  log(text: string): void {
    const { logFile } = this.settings;
    if (logFile !== undefined && !this.#isClosed) addLine(logFile, `${new Date().toISOString()} ${this.redact(text)}`);
  }

  /** Writes a compile down. */
  tell(entry: JournalEntry): void {
    const { journal, id, profile } = this.settings;
    const options = { session: id, profile, names: true, redact: this.redact };
    if (journal !== undefined && !this.#isClosed) addLine(journal, journalLine(entry, options));
    const { call, record, exitCode } = entry;
    const what = record.end === "given" ? "hit" : `run (${record.missReason})`;
    this.log(`${what}, exit code ${exitCode ?? "unknown"}: ${showRaw(record.source ?? call.tool)}`);
  }

  /** Counts a compile once its result is filed, which `figures` waits for. */
  countWhen(filed: Promise<{ record: CallRecord; exitCode: number | null }>): void {
    const counted = filed.then(
      ({ record, exitCode }) => this.#count(record, exitCode),
      () => this.#countFailure(),
    );
    this.#filing.add(counted);
    void counted.then(() => this.#filing.delete(counted));
  }

  /** Closes its files once all compiles that were answered are in them. */
  async end(): Promise<void> {
    await this.#filed();
    this.close();
  }

  /** Closes them at once: nothing is written any more, so that their directory can be removed. */
  close(): void {
    this.log(`session ${this.settings.id} ended`);
    this.#isClosed = true;
  }

  /** Of all compiles that were answered; undefined if the session keeps none. */
  async figures(): Promise<SessionFigures | undefined> {
    await this.#filed();
    if (!this.settings.trackStats) return undefined;
    return {
      duration_ms: Math.round(performance.now() - this.#started),
      ...this.#counts,
      time_saved_ms: Math.round(this.#counts.time_saved_ms),
      unique_sources: this.#sources.size,
      miss_reasons: Object.fromEntries(this.#reasons),
    };
  }

  async #filed(): Promise<void> {
    await Promise.all(this.#filing);
  }

  #count(record: CallRecord, exitCode: number | null): void {
    const counts = this.#counts;
    counts.compilations += 1;
    if (exitCode !== 0 && exitCode !== null) counts.errors += 1;
    if (record.source !== undefined) this.#sources.add(record.source);
    if (record.end === "given") {
      counts.hits += 1;
      counts.bytes_read += record.bytes;
      counts.time_saved_ms += record.savedMs;
      return;
    }
    const { missReason } = record;
    this.#reasons.set(missReason, (this.#reasons.get(missReason) ?? 0) + 1);
    if (record.end === "stored") counts.misses += 1;
    else counts.non_cacheable += 1;
    counts.bytes_written += record.bytes;
  }

  /** No tool ran. */
  #countFailure(): void {
    this.#counts.compilations += 1;
    this.#counts.non_cacheable += 1;
    this.#counts.errors += 1;
  }
}
