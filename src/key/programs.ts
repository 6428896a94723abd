// Programs that a run looked for along PATH (gcc its assembler, collect2 its linker). Where it looked is among the
// dependencies; in the directories of another PATH nobody has looked, so there the same programs must be found.

import type { EnvironmentCondition } from "../core/entry.ts";
import type { Look } from "../core/observation.ts";
import { absolutePath, baseName, type RawText } from "../core/raw-text.ts";
import { brief } from "./brief.ts";
import type { Environment } from "./environment.ts";
import type { ToolSearches } from "./tool-search.ts";

/** Where a call looks for programs. */
export type ProgramPlace = { readonly environment: Environment; readonly cwd: RawText };

// No variable can have this name (environ(7)); behind it stand the programs, whose names hold no slash.
const HEAD = "=programs/";

/** The condition that the looks of a run put on PATH; undefined if it looked for no program there. */
export function programsCondition(
  looks: readonly Look[],
  place: ProgramPlace,
  tools: ToolSearches,
): EnvironmentCondition | undefined {
  const places = new Set(directoriesOf(place));
  // Hardly any look is in a directory whose name is as long as one of theirs.
  const lengths = new Set([...places].map(({ length }) => length));
  const names = new Set<RawText>();
  // Hardly ever is one of them below the working directory: then thousands of relative paths need not be looked at.
  const here = absolutePath("", place.cwd);
  const isHere = [...places].some((directory) => `${directory}/`.startsWith(here));
  for (const { path } of looks) {
    const isAbsolute = path.startsWith("/");
    if (!isAbsolute && !isHere) continue;
    const length = path.lastIndexOf("/") + (isAbsolute ? 0 : here.length);
    if (lengths.has(length) && places.has(absolutePath(path, place.cwd).slice(0, length))) names.add(baseName(path));
  }
  if (names.size === 0) return undefined;
  const sorted = [...names].sort();
  return { name: HEAD + sorted.join("/"), valueHash: brief(pathOf(place)) + found(sorted, place, tools) };
}

/** How a request meets the condition on PATH, if there is one: by the same value, by finding the same, or not. */
export function programsFit(
  conditions: readonly EnvironmentCondition[],
  place: ProgramPlace,
  tools: ToolSearches,
): "same-path" | "same-programs" | "no" {
  const condition = conditions.find(({ name }) => name.startsWith(HEAD));
  if (condition?.valueHash === undefined || condition.valueHash.startsWith(brief(pathOf(place)))) return "same-path";
  const names = condition.name.slice(HEAD.length).split("/");
  return condition.valueHash.endsWith(found(names, place, tools)) ? "same-programs" : "no";
}

function pathOf({ environment }: ProgramPlace): RawText {
  return environment.get("PATH") ?? "";
}

/** Without slashes at their ends, as looks are spelled. */
function directoriesOf(place: ProgramPlace): RawText[] {
  return pathOf(place)
    .split(":")
    .map((directory) => absolutePath(directory, place.cwd).replace(/\/+$/, ""));
}

/** Which files the names lead to, stand-ins passed over. */
function found(names: readonly RawText[], { environment, cwd }: ProgramPlace, tools: ToolSearches): string {
  const place = { path: environment.get("PATH"), cwd };
  return brief(names.map((name) => tools.find(name, place).path ?? "").join("\0"));
}
