// The product's version. The bundler puts package.json's number into the executable.

import manifest from "../../package.json" with { type: "json" };

/** Semantic version, e.g. "0.1.0". */
export const VERSION: string = manifest.version;

/** Protocol number of spec: the `v` of every message. */
export const PROTOCOL = 1;

/**
 * True if `version` came before `other` (Semantic Versioning 2.0.0, 11). What is no version is older than any.
 * @example Numbers are compared as numbers
 * ```ts
 * if (!isOlder("1.9.0", "1.10.0-rc.1") || isOlder("1.10.0", "1.10.0-rc.1")) throw new Error("unexpected order");
 * ```
 */
export function isOlder(version: string, other = VERSION): boolean {
  const [mine, theirs] = [parse(version), parse(other)];
  if (mine === undefined || theirs === undefined) return mine === undefined && theirs !== undefined;
  for (const [i, number] of mine.numbers.entries()) {
    const difference = number - (theirs.numbers[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return comparePreRelease(mine.preRelease, theirs.preRelease) < 0;
}

type Version = { readonly numbers: readonly number[]; readonly preRelease: readonly string[] };

function parse(version: string): Version | undefined {
  const [, numbers, preRelease] = /^(\d+\.\d+\.\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(version) ?? [];
  return numbers === undefined
    ? undefined
    : { numbers: numbers.split(".").map(Number), preRelease: preRelease?.split(".") ?? [] };
}

/** A version without is newer than one with; numbers come before words, and fewer parts before more. */
function comparePreRelease(mine: readonly string[], theirs: readonly string[]): number {
  if (mine.length === 0 || theirs.length === 0) return theirs.length - mine.length;
  for (const [i, part] of mine.entries()) {
    const other = theirs[i];
    if (other === undefined) return 1;
    const difference = comparePart(part, other);
    if (difference !== 0) return difference;
  }
  return mine.length - theirs.length;
}

function comparePart(mine: string, theirs: string): number {
  const [isNumber, isOther] = [/^\d+$/.test(mine), /^\d+$/.test(theirs)];
  if (isNumber && isOther) return Number(mine) - Number(theirs);
  if (isNumber !== isOther) return isNumber ? -1 : 1;
  return mine === theirs ? 0 : mine < theirs ? -1 : 1;
}
