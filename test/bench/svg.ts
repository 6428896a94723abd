// The picture for the README: bars of each contender, readable on a light and on a dark page.

import { median, type TrialResult } from "./table.ts";

/** One group of bars. */
export type Panel = { readonly title: string; readonly unit: string; readonly bars: readonly Bar[] };

/** One bar; the shorter the better. */
export type Bar = { readonly name: string; readonly value: number };

const WIDTH = 720;
const LABEL = 150;
const BAR = 18;
const STEP = 24;
const FIGURE = 90;

// The page's colours are not known: the browser says which scheme the reader has.
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .bar { fill: #8c959f }
  .own { fill: #0969da }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6e7681 } .own { fill: #4493f8 } }
`;

/** The document. Each panel has a scale of its own. */
export function picture(panels: readonly Panel[], caption: string): string {
  let top = 20;
  const groups = panels.map((panel) => {
    const group = drawPanel(panel, top);
    top += 20 + panel.bars.length * STEP + 22;
    return group;
  });
  const height = top + 8;
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  const foot = `<text x="0" y="${height - 6}">${escapeText(caption)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<style>${STYLE}</style>
${[...groups, foot].join("\n")}
</svg>
`;
}

/** A trial as bars of median wall time. */
export function trialPanel({ trial, measured }: TrialResult): Panel {
  const bars = [...measured].map(([name, { wallMs }]) => ({ name, value: median(wallMs) }));
  return { title: trial.title, unit: "ms", bars };
}

function drawPanel({ title, unit, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ name, value }, index) => {
    const y = top + 10 + index * STEP;
    const width = Math.max(1, ((WIDTH - LABEL - FIGURE) * value) / longest).toFixed(1);
    const kind = name.startsWith("zccache") && !name.includes("PyPI") ? "own" : "bar";
    const figure = `${value.toPrecision(3)} ${unit}`;
    return [
      `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escapeText(name)}</text>`,
      `<rect class="${kind}" x="${LABEL}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
      `<text x="${(LABEL + Number(width) + 6).toFixed(1)}" y="${y + 14}">${figure}</text>`,
    ].join("");
  });
  return [`<text class="title" x="0" y="${top}">${escapeText(title)}</text>`, ...lines].join("\n");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
