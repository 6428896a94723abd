// Paths as ordinary strings, for libraries that know no others, and back without losing a byte. A name that is no UTF-8,
// or has a line break in it, which patterns do not match, is spelled byte by byte, such bytes as lone surrogates.

import { type RawText, rawFromString, rawToBytes } from "../core/raw-text.ts";

const ODD_BYTE = 0xdc00;

/** The spelling of one name or of a path. */
export function spellPath(path: RawText): string {
  return path.split("/").map(spellName).join("/");
}

/** The path behind its spelling. */
export function unspellPath(spelling: string): RawText {
  return spelling.split("/").map(unspellName).join("/");
}

function spellName(name: RawText): string {
  const text = rawToBytes(name).toString("utf8");
  if (rawFromString(text) === name && !/[\r\n]/.test(name)) return text;
  return name.replace(/[\r\n\x80-\xff]/g, (byte) => String.fromCharCode(ODD_BYTE + byte.charCodeAt(0)));
}

function unspellName(spelling: string): RawText {
  if (spelling.isWellFormed()) return rawFromString(spelling);
  return spelling.replace(/[\ud800-\udfff]/g, (unit) => String.fromCharCode(unit.charCodeAt(0) - ODD_BYTE));
}
