// The picture for the README: bars of each contender, readable on a light and on a dark page.

import { figure } from "./figures.ts";

/** One group of bars, with a scale of its own. */
export type Panel = {
  readonly title: string;
  /** Behind the title, what the bars are to be compared with, e.g. the bare compiler; may be empty. */
  readonly note: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
};

/** One bar; `own` is drawn in another colour. */
export type Bar = { readonly name: string; readonly value: number; readonly own: boolean };

const WIDTH = 720;
const LABEL = 120;
const BAR = 18;
const STEP = 24;
const FIGURE = 110;
const TITLE = 28;
const BETWEEN = 26;
const TOP = 20;

// The page's colours are not known: the browser says which scheme the reader has.
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .note { font-weight: 400; fill: #57606a }
  .bar { fill: #8c959f }
  .own { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note { fill: #8d96a0 } .bar { fill: #6e7681 } .own { fill: #4493f8 }
  }
`;

/** The document. What could not be measured has no bar. */
export function picture(panels: readonly Panel[], caption: string): string {
  let top = TOP;
  const groups = panels.map((panel) => {
    const bars = panel.bars.filter(({ value }) => Number.isFinite(value));
    const group = drawPanel({ ...panel, bars }, top);
    top += TITLE + bars.length * STEP + BETWEEN;
    return group;
  });
  const size = `width="${WIDTH}" height="${top + 8}" viewBox="0 0 ${WIDTH} ${top + 8}"`;
  const foot = `<text class="note" x="0" y="${top}">${escapeText(caption)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeText(caption)}">
<style>${STYLE}</style>
${[...groups, foot].join("\n")}
</svg>
`;
}

function drawPanel({ title, note, unit, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ name, value, own }, index) => {
    const y = top + TITLE - BAR + index * STEP;
    const width = Math.max(1, ((WIDTH - LABEL - FIGURE) * value) / longest).toFixed(1);
    return [
      `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escapeText(name)}</text>`,
      `<rect class="${own ? "own" : "bar"}" x="${LABEL}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
      `<text x="${(LABEL + Number(width) + 6).toFixed(1)}" y="${y + 14}">${figure(value)} ${escapeText(unit)}</text>`,
    ].join("");
  });
  const aside = note === "" ? "" : ` <tspan class="note">${escapeText(note)}</tspan>`;
  return [`<text class="title" x="0" y="${top}">${escapeText(title)}${aside}</text>`, ...lines].join("\n");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
