// An observation as one text, to be sent between threads: a string is copied at once, thousands of objects one by one.
// Members end with NUL, which no path and no name holds:
//
// observation ::= <incomplete> flag flag flag list(<variable>) list(<written>) list(<changed in place>) look*
// flag        ::= "1" | ""                 whole environment, date, network
// list(x)     ::= <count> x*
// look        ::= <aspect letter> <"1" if found> [<device> ":" <inode>] NUL <path>

import { ASPECT_LETTERS, aspectOf } from "../core/aspect-letters.ts";
import { type FileIdentity, identityText, type Look, type Observation } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";

/** The text of an observation. */
export function observationToText(observation: Observation): RawText {
  const {
    incomplete = "",
    wholeEnvironment,
    usedDate,
    usedNetwork,
    environment,
    written,
    changedInPlace,
  } = observation;
  const members: RawText[] = [
    incomplete.replaceAll("\0", " "),
    flag(wholeEnvironment),
    flag(usedDate),
    flag(usedNetwork),
  ];
  for (const list of [environment, written, changedInPlace]) members.push(String(list.length), ...list);
  for (const { aspect, found, file, path } of observation.looks) {
    const identity = file === undefined ? "" : identityText(file);
    members.push(`${ASPECT_LETTERS[aspect]}${found ? 1 : 0}${identity}`, path);
  }
  return members.join("\0");
}

/** The observation behind a text of `observationToText`. */
export function observationFromText(text: RawText): Observation {
  const members = text.split("\0");
  let at = 0;
  const next = (): RawText => members[at++] ?? "";
  const list = (): RawText[] => Array.from({ length: Number(next()) }, next);
  const incomplete = next() || undefined;
  const [wholeEnvironment, usedDate, usedNetwork] = [next() === "1", next() === "1", next() === "1"];
  const [environment, written, changedInPlace] = [list(), list(), list()];
  const looks: Look[] = [];
  while (at < members.length) looks.push(lookOf(next(), next()));
  return { incomplete, looks, environment, wholeEnvironment, written, changedInPlace, usedDate, usedNetwork };
}

function flag(value: boolean): "1" | "" {
  return value ? "1" : "";
}

function lookOf(head: RawText, path: RawText): Look {
  const aspect = aspectOf(head.charAt(0));
  if (aspect === undefined) throw new Error(`Cannot read an observation: an aspect "${head.charAt(0)}"`);
  const found = head.charAt(1) === "1";
  return head.length > 2 ? { path, aspect, found, file: identityOf(head) } : { path, aspect, found };
}

function identityOf(head: RawText): FileIdentity {
  const colon = head.indexOf(":");
  return { device: BigInt(head.slice(2, colon)), inode: BigInt(head.slice(colon + 1)) };
}
