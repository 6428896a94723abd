// Variables of an environment, as execve(2) hands them on: `NAME=value`.

import type { RawText } from "./raw-text.ts";

/** A variable's name and value. */
export type Variable = readonly [name: RawText, value: RawText];

/** Takes a member of an environment apart; undefined for one that is no variable: it has no `=`, or nothing before it. */
export function asVariable(member: RawText): [name: RawText, value: RawText] | undefined {
  const equals = member.indexOf("=");
  return equals <= 0 ? undefined : [member.slice(0, equals), member.slice(equals + 1)];
}

/** The name of a variable; undefined for what is none. */
export function variableName(member: RawText): RawText | undefined {
  return asVariable(member)?.[0];
}
