// Figures, tables and colours as people read them. The only user of the colour library.

import picocolors from "picocolors";

/** Colours for a stream; none unless it is a terminal, and none where the user does not want any (NO_COLOR). */
export function palette(terminal: boolean): ReturnType<typeof picocolors.createColors> {
  return picocolors.createColors(terminal && picocolors.isColorSupported);
}

/** Rows of label and value, values aligned. @param paint Colours a label, which is padded before. */
export function table(
  rows: readonly (readonly [label: string, value: string])[],
  paint: (label: string) => string,
): string[] {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${paint(label.padEnd(width))}  ${value}`);
}

/** "1 artifact", "1,234 artifacts". */
export function showCount(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** A size in powers of 1000, three digits or more: "999 bytes", "14.2 MB". */
export function showBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A time: "0.4 s", "59 s", "1 min 3 s", "2 h 13 min", "3 d 4 h". */
export function showDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A share: "66.7 %"; "–" of nothing. */
export function showShare(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}
