// What a part of the benchmark is. A new one is a file that exports a `Part`, and a line in parts.ts.

import type { Field } from "./contenders.ts";
import type { Interruption } from "./interruption.ts";
import type { Launcher } from "./launcher.ts";
import type { Panel } from "./svg.ts";

/** What the parts are given. */
export type Bench = {
  /** An existing scratch directory, removed at the end; each contender has one of its own below it. */
  readonly root: string;
  readonly launcher: Launcher;
  readonly field: Field;
  readonly interruption: Interruption;
  /** Wanted instead of a part's own number of rounds. */
  readonly rounds: number | undefined;
  /** Wanted instead of the projects that are built by default. */
  readonly projects: readonly string[] | undefined;
};

/** What came out. */
export type PartReport = {
  /** For people: tables and the ratios below them, a blank line between two of them. */
  readonly text: readonly string[];
  /** All raw samples, as JSON. */
  readonly data: unknown;
  /** For the picture. */
  readonly panels: readonly Panel[];
};

/** Something that can be measured for itself, with `--only NAME`. */
export type Part = {
  readonly name: string;
  /** Takes so long that it runs only where it is asked for. */
  readonly onRequest?: true;
  readonly run: (bench: Bench) => Promise<PartReport>;
};
