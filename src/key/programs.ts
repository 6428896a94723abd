// Programs that a run looked for along PATH (gcc its assembler, collect2 its linker). Where it looked is among the
// dependencies; in the directories of another PATH nobody has looked, so there the same programs must be found.

import type { EnvironmentCondition } from "../core/entry.ts";
import type { Look } from "../core/observation.ts";
import { absolutePath, baseName, type RawText, rawToBytes } from "../core/raw-text.ts";
import { resolveRealTool } from "../sys/real-tool.ts";
import { identifySelf, type SelfImage } from "../sys/self-image.ts";
import type { Environment } from "./environment.ts";

/** Where a call looks for programs. */
export type ProgramSearch = { readonly environment: Environment; readonly cwd: RawText };

// No variable can have this name (environ(7)); behind it stand the programs, whose names hold no slash.
const HEAD = "=programs/";

/** The condition that the looks of a run put on PATH; undefined if it looked for no program there. */
export function programsCondition(looks: readonly Look[], search: ProgramSearch): EnvironmentCondition | undefined {
  const places = new Set(directoriesOf(search));
  const names = new Set<RawText>();
  for (const { path } of looks) {
    const absolute = absolutePath(path, search.cwd);
    if (places.has(absolute.slice(0, absolute.lastIndexOf("/")))) names.add(baseName(absolute));
  }
  if (names.size === 0) return undefined;
  const sorted = [...names].sort();
  return { name: HEAD + sorted.join("/"), valueHash: brief(pathOf(search)) + found(sorted, search) };
}

/** How a request meets the condition on PATH, if there is one: by the same value, by finding the same, or not. */
export function programsFit(
  conditions: readonly EnvironmentCondition[],
  search: ProgramSearch,
): "same-path" | "same-programs" | "no" {
  const condition = conditions.find(({ name }) => name.startsWith(HEAD));
  if (condition?.valueHash === undefined || condition.valueHash.startsWith(brief(pathOf(search)))) return "same-path";
  const names = condition.name.slice(HEAD.length).split("/");
  return condition.valueHash.endsWith(found(names, search)) ? "same-programs" : "no";
}

function pathOf({ environment }: ProgramSearch): RawText {
  return environment.get("PATH") ?? "";
}

/** Without slashes at their ends, as looks are spelled. */
function directoriesOf(search: ProgramSearch): RawText[] {
  return pathOf(search)
    .split(":")
    .map((directory) => absolutePath(directory, search.cwd).replace(/\/+$/, ""));
}

let self: SelfImage | undefined;

/** Which files the names lead to, stand-ins passed over. 2 µs for each directory and name. */
function found(names: readonly RawText[], search: ProgramSearch): string {
  self ??= identifySelf();
  const place = { path: search.environment.get("PATH"), cwd: search.cwd, self };
  return brief(names.map((name) => resolveRealTool(name, place)?.path ?? "").join("\0"));
}

/** 16 hex digits. */
function brief(text: RawText): string {
  return new Bun.CryptoHasher("sha256").update(rawToBytes(text)).digest("hex").slice(0, 16);
}
