// Which names of a row lead to one file. A compiler drops a directory that its search path has already and reads a file
// once by whatever names it comes, so a result that holds in one working directory may not hold in another, where a
// relative and an absolute name lead to two files, however equal all contents are.

import type { Dependency, EnvironmentCondition } from "../core/entry.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import { turns } from "../sys/turn.ts";
import { brief } from "./brief.ts";
import type { FileStates } from "./file-states.ts";
import { hasNamesakes } from "./twins.ts";

/** Where files are looked at. */
type Files = Pick<FileStates, "identity" | "item">;

// No variable can have this name (environ(7)).
const NAME = "=places";

/**
 * The condition under which the dependencies hold in another directory than `cwd` as well; undefined if the directory has
 * no say in them. Steps aside now and then.
 */
export async function placesCondition(
  dependencies: readonly Dependency[],
  cwd: RawText,
  files: Files,
): Promise<EnvironmentCondition | undefined> {
  if (!dependencies.some((dependency) => isThere(dependency) && !dependency.path.startsWith("/"))) return undefined;
  return { name: NAME, valueHash: brief(cwd) + brief(await samenessInTurns(dependencies, cwd, files)) };
}

/** True if names that led to one file do so in `cwd`, and no others. To be asked when all states are as in the row. */
export function placesFit(
  row: { readonly dependencies: readonly Dependency[]; readonly environment: readonly EnvironmentCondition[] },
  cwd: RawText,
  files: Files,
): boolean {
  const known = row.environment.find(({ name }) => name === NAME)?.valueHash;
  if (known === undefined || known.startsWith(brief(cwd))) return true;
  return known.endsWith(brief(samenessOf(row.dependencies, cwd, files)));
}

// Nor this one.
const SAME_FILES = "=same-files";

/**
 * The condition that names of one content lead to the same files as now, in whatever directory; undefined if no file that
 * is to be read once has two names. A copy in the place of a link changes no state, but clang reads it a second time.
 */
export function sameFilesCondition(
  dependencies: readonly Dependency[],
  cwd: RawText,
  files: Files,
): EnvironmentCondition | undefined {
  const read = dependencies.filter(isContent);
  if (!hasNamesakes(read.map(({ path, state }) => ({ path: absolutePath(path, cwd), state })))) return undefined;
  return { name: SAME_FILES, valueHash: brief(samenessOf(namesakesOf(read), cwd, files)) };
}

/** True if there is no such condition, or it is met. To be asked when all states are as in the row. */
export function sameFilesFit(
  row: { readonly dependencies: readonly Dependency[]; readonly environment: readonly EnvironmentCondition[] },
  cwd: RawText,
  files: Files,
): boolean {
  const condition = row.environment.find(({ name }) => name === SAME_FILES);
  if (condition === undefined) return true;
  const names = namesakesOf(row.dependencies.filter(isContent));
  return condition.valueHash === brief(samenessOf(names, cwd, files));
}

/** True if states of paths do not say all about these conditions. */
export function tiesFiles(conditions: readonly EnvironmentCondition[]): boolean {
  return conditions.some(({ name }) => name === SAME_FILES);
}

function isContent({ state }: Dependency): boolean {
  return state.startsWith("F");
}

/** Those whose content another one has. */
function namesakesOf(files: readonly Dependency[]): Dependency[] {
  const counts = new Map<string, number>();
  for (const { state } of files) counts.set(state, (counts.get(state) ?? 0) + 1);
  return files.filter(({ state }) => (counts.get(state) ?? 0) > 1);
}

const THERE = /^[DFPST]/;

function isThere({ state }: Dependency): boolean {
  return THERE.test(state);
}

function samenessOf(dependencies: readonly Dependency[], cwd: RawText, files: Files): string {
  const sameness = new Sameness(cwd, files);
  for (const dependency of dependencies) sameness.add(dependency);
  return sameness.text;
}

// 2 µs each where it was not asked before.
const AT_ONCE = 64;

/** Likewise, for thousands of names that nobody waits for. */
async function samenessInTurns(dependencies: readonly Dependency[], cwd: RawText, files: Files): Promise<string> {
  const sameness = new Sameness(cwd, files);
  let number = 0;
  for (const dependency of dependencies) {
    if (number++ % AT_ONCE === 0 && turns.isLong) await turns.next("filing");
    sameness.add(dependency);
  }
  return sameness.text;
}

/** For each name that leads to the file of an earlier one, both by their numbers: "7=2 9=2". */
class Sameness {
  readonly #cwd: RawText;
  readonly #files: Files;
  readonly #firsts = new Map<string, number>();
  readonly #seen = new Set<RawText>();
  readonly #same: string[] = [];
  #number = 0;

  constructor(cwd: RawText, files: Files) {
    this.#cwd = cwd;
    this.#files = files;
  }

  add(dependency: Dependency): void {
    const { path, aspect } = dependency;
    const number = this.#number++;
    if (!isThere(dependency) || this.#seen.has(path)) return;
    this.#seen.add(path);
    const name = this.#files.identity(this.#files.item(path, aspect, this.#cwd)) ?? "gone";
    const first = this.#firsts.get(name);
    if (first === undefined) this.#firsts.set(name, number);
    else this.#same.push(`${number}=${first}`);
  }

  get text(): string {
    return this.#same.join(" ");
  }
}
