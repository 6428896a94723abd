// Texts that linkers and archivers read: scripts, lists of symbols, response files. All have numbers in them, so that an
// edit which keeps the size finds something to change.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled } from "./chance.ts";
import { LATE_UNITS, UNITS } from "./materials.ts";

/** Such texts, by path within a checkout. */
export const LINK_TEXTS = [
  "ld/x.map",
  "ld/x.list",
  "ld/x.syms",
  "ld/x.ld",
  "opts/l0.rsp",
  "opts/members.rsp",
  "opts/x.mri",
] as const;

/** New text for such a file; undefined if its name is none of them. */
export function linkText(random: Random, name: string): string | undefined {
  const text = TEXTS[name];
  return text?.(random);
}

const TEXTS: Readonly<Record<string, (random: Random) => string>> = {
  "libw.so": (random) => `/* ${number(random)} */ ${random.pick(["INPUT(-lx)", "INPUT(-ly)", "GROUP(-ly -lx)"])}\n`,
  "x.map": (random) => `V${number(random)} { global: ${symbols(random)} local: *; };\n`,
  "x.list": (random) => `{ ${symbols(random)} }; # ${number(random)}\n`,
  "x.syms": (random) => `${random.pick(UNITS)}_value renamed${number(random)}\n`,
  "x.ld": (random) => {
    const versions = `VERSION { V${number(random)} { global: ${symbols(random)} local: *; }; }\n`;
    return oneIn(random, 2) ? versions : `added = ${number(random)};\n`;
  },
  "l0.rsp": (random) => {
    const lines = [`-Wl,--defsym=more=${number(random)}`, "-Wl,--build-id", "-Wl,-z,now", "-s"];
    return `${lines.filter(() => oneIn(random, 2)).join("\n")}\n`;
  },
  "members.rsp": (random) => `${members(random).join("\n")}\n`,
  "x.mri": (random) => {
    const adding = members(random).map((path) => `ADDMOD ${path}\n`);
    return `* ${number(random)}\nCREATE out/made.a\n${adding.join("")}SAVE\nEND\n`;
  },
};

/** From the checkout: only there do such commands succeed. */
function members(random: Random): string[] {
  const some = shuffled(random, UNITS).slice(0, 1 + random.below(UNITS.length));
  return some.map((unit) => `obj/${unit}.o`);
}

function symbols(random: Random): string {
  const all = [...UNITS, ...LATE_UNITS, "main"];
  const names = [anyOf(random, all), anyOf(random, all)].filter((name) => name !== undefined);
  return names.map((name) => `${name};`).join(" ");
}

function number(random: Random): number {
  return 100 + random.below(900);
}
