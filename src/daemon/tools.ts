// What the daemon knows of the real tools it met: which of them can't be traced, and why.

import type { RawText } from "../core/raw-text.ts";
import { showRaw } from "../core/raw-text.ts";
import { inspectProgram } from "../tracer/inspect-program.ts";

/** Tools by the state of their file (content included), so that an exchanged tool is judged anew. */
export class Tools {
  readonly #verdicts = new Map<string, { path: RawText; reason: string | undefined }>();
  readonly #proven = new Set<string>();

  /** Why this tool can't be traced; undefined if nothing speaks against it. Its file is read once per content. */
  untraceable(path: RawText, state: string): string | undefined {
    const known = this.#verdicts.get(`${path}\0${state}`);
    if (known !== undefined) return known.reason;
    const reason = inspectProgram(path);
    this.#verdicts.set(`${path}\0${state}`, { path, reason });
    return reason;
  }

  /**
   * Learns from a run. A tool whose first runs leave an incomplete trace is not traced again; one that was traced in
   * full before was only unlucky, or was asked for something special.
   * @param incomplete Why the trace is incomplete; undefined if it is not.
   */
  judge(path: RawText, state: string, incomplete: string | undefined): void {
    const tool = `${path}\0${state}`;
    if (incomplete === undefined) this.#proven.add(tool);
    else if (!this.#proven.has(tool) && THE_TOOLS_FAULT.test(incomplete)) {
      this.#verdicts.set(tool, { path, reason: incomplete });
    }
  }

  /** One line per untraceable tool, for `status`. */
  report(): string[] {
    return [...this.#verdicts.values()].flatMap(({ path, reason }) =>
      reason === undefined ? [] : [`${showRaw(path)}: ${reason}`],
    );
  }
}

// Other gaps (a file that changed, a full buffer) are the run's own.
const THE_TOOLS_FAULT = /^(untraceable program|untraced program|the tool left no record|unseen work|processes outlive)/;
