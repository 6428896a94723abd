// An observation as one text, to be sent between threads: a string is copied at once, thousands of objects one by one.
// Members end with NUL, which no path and no name holds:
//
// observation ::= <incomplete> flag flag flag flag list(<variable>) list(<written>) list(<changed in place>)
//                 list(<renamed>) list(<removed>) list(<folder>) look*
// flag        ::= "1" | ""                 whole environment, date, network, random bytes
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
    usedRandom,
    environment,
    written,
    changedInPlace,
    renamed,
    removed,
    folders,
  } = observation;
  const members: RawText[] = [
    incomplete.replaceAll("\0", " "),
    flag(wholeEnvironment),
    flag(usedDate),
    flag(usedNetwork),
    flag(usedRandom),
  ];
  for (const list of [environment, written, changedInPlace, renamed, removed, folders])
    members.push(String(list.length), ...list);
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
  const isSet = (): boolean => next() === "1";
  const [wholeEnvironment, usedDate, usedNetwork, usedRandom] = [isSet(), isSet(), isSet(), isSet()];
  const [environment, written, changedInPlace] = [list(), list(), list()];
  const [renamed, removed, folders] = [list(), list(), list()];
  const looks: Look[] = [];
  while (at < members.length) looks.push(lookOf(next(), next()));
  const files = { written, changedInPlace, renamed, removed, folders };
  return { incomplete, looks, environment, wholeEnvironment, ...files, usedDate, usedNetwork, usedRandom };
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
