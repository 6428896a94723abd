// Figures as text.

import type { NotShown } from "./contenders.ts";
import { figure } from "./figures.ts";
import type { Samples } from "./sampling.ts";

/** Rows of cells below a title. The first column holds names. */
export type Table = {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly absent: readonly NotShown[];
};

const NAME_WIDTH = 18;
const GAP = 2;

/** The table, with a line for everyone who is not in it. */
export function tableText({ title, head, rows, absent }: Table): string {
  const names = [...rows.map(([name = ""]) => name), ...absent.map(({ name }) => name)];
  const first = Math.max(NAME_WIDTH, ...names.map((name) => name.length));
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(first) : cell.padStart((widths[column] ?? 0) + GAP),
    );
    return `  ${cells.join("")}`.trimEnd();
  };
  const missing = absent.map(({ name, why }) => `  ${name.padEnd(first)}  not shown: ${why}`);
  return [title, ...[head, ...rows].map(line), ...missing].join("\n");
}

/** One quotient as a line, `<what>: 0.151 (1/6.6)`; says so where one side is missing. */
export function ratioLine(what: string, value: number): string {
  if (!Number.isFinite(value)) return `  ${what}: not shown, one of them is missing`;
  const inverse = value > 0 && value < 0.9 ? ` (1/${figure(1 / value)})` : "";
  return `  ${what}: ${figure(value)}${inverse}`;
}

/** Hits of calls, as the contender counts them. */
export function hitsText({ tally, rounds }: Samples): string {
  const runs = rounds.reduce((sum, { wallMs }) => sum + wallMs.length, 0);
  return tally === undefined ? "-" : `${tally.hits} of ${runs}`;
}
