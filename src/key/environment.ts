// The caller's environment as far as results depend on it. Values never leave this file: conditions keep salted hashes,
// so that neither index nor log holds a secret.

import type { EnvironmentCondition } from "../core/entry.ts";
import type { Observation } from "../core/observation.ts";
import { type RawText, rawToBytes, splitBlock } from "../core/raw-text.ts";

/** Variables of one request by name. */
export type Environment = ReadonlyMap<RawText, RawText>;

/** Reads an environ block (proc(5)). The first of two equal names counts, as getenv(3) finds it first. */
export function parseEnvironment(block: Uint8Array): Environment {
  const variables = new Map<RawText, RawText>();
  for (const member of splitBlock(block)) {
    const equals = member.indexOf("=");
    if (equals <= 0) continue;
    const name = member.slice(0, equals);
    if (!variables.has(name)) variables.set(name, member.slice(equals + 1));
  }
  return variables;
}

/** Variables that a tool may ask for without its result depending on them, each with the reason. */
const IGNORED: Readonly<Record<string, string>> = {
  LS_COLORS: "no compiler output is coloured by it",
  MAKEFLAGS: "names the job server's descriptors, which differ in every build",
  MFLAGS: "as MAKEFLAGS",
  MAKELEVEL: "depth of make, of no use to a compiler",
  OLDPWD: "kept by shells for `cd -`",
  PATH: "what was found along it, and what was passed over, are dependencies, or see programs.ts",
  SHLVL: "depth of shells",
  TEMP: "where temporaries go; their names are not in outputs",
  TMP: "as TEMP",
  TMPDIR: "as TEMP",
  ZCCACHE_DEPTH: "our own recursion counter",
  _: "set by shells to the command they start",
};

// What the C library reads by itself, unseen by an access trace (locale(7), ld.so(8), gconv, tzset(3)).
const READ_BY_LIBC = new Set([
  "GCONV_PATH",
  "GLIBC_TUNABLES",
  "LANG",
  "LANGUAGE",
  "LOCPATH",
  "NLSPATH",
  "OUTPUT_CHARSET",
  "POSIXLY_CORRECT",
  "TZ",
  "TZDIR",
]);

/** The part of the environment that belongs to every context key: what the C library reads without asking visibly. */
export function libcVariables(environment: Environment): [RawText, RawText][] {
  return [...environment]
    .filter(([name]) => READ_BY_LIBC.has(name) || name.startsWith("LC_") || name.startsWith("LD_"))
    .sort(byName);
}

/** What a run's trace says about variables, as conditions for later requests. */
export function conditionsOf(
  observation: Observation,
  environment: Environment,
  options: { cwdInKey: boolean },
): { environment: EnvironmentCondition[]; wholeEnvironment: string | undefined } {
  const names = observation.environment.filter((name) => matters(name, options.cwdInKey));
  return {
    environment: names.map((name) => ({ name, valueHash: hashOf(name, environment.get(name)) })),
    wholeEnvironment: observation.wholeEnvironment ? hashOfAll(environment) : undefined,
  };
}

/** True if a request's environment meets those conditions of a manifest row that are on variables. */
export function conditionsHold(
  row: { environment: readonly EnvironmentCondition[]; wholeEnvironment: string | undefined },
  environment: Environment,
): boolean {
  if (row.wholeEnvironment !== undefined && row.wholeEnvironment !== hashOfAll(environment)) return false;
  return onVariables(row.environment).every(({ name, valueHash }) => hashOf(name, environment.get(name)) === valueHash);
}

/** The conditions on variables, whose names hold no "="; that is what the names of other conditions begin with. */
export function onVariables(conditions: readonly EnvironmentCondition[]): readonly EnvironmentCondition[] {
  return conditions.filter(({ name }) => !name.startsWith("="));
}

/**
 * True if two environments mean the same to a result that `names` had a say in: those variables, what the C library
 * reads by itself, and everything where the whole environment matters (`wholeEnvironment` as in `conditionsOf`).
 */
export function sameForResults(
  { names, wholeEnvironment }: { names: readonly RawText[]; wholeEnvironment: string | undefined },
  one: Environment,
  other: Environment,
): boolean {
  if (!names.every((name) => one.get(name) === other.get(name))) return false;
  if (JSON.stringify(libcVariables(one)) !== JSON.stringify(libcVariables(other))) return false;
  return wholeEnvironment === undefined || hashOfAll(one) === hashOfAll(other);
}

/** PWD decides the directory that debug information names, which only matters where the cwd does (getcwd(3), gcc -g). */
function matters(name: RawText, cwdInKey: boolean): boolean {
  if (name === "PWD") return cwdInKey;
  return !Object.hasOwn(IGNORED, name);
}

function hashOf(name: RawText, value: RawText | undefined): string | undefined {
  if (value === undefined) return undefined;
  return new Bun.CryptoHasher("sha256")
    .update(rawToBytes(`zccache-variable\0${name}\0${value}`))
    .digest("hex")
    .slice(0, 32);
}

function hashOfAll(environment: Environment): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const [name, value] of [...environment].filter(([name]) => matters(name, true)).sort(byName)) {
    hasher.update(rawToBytes(`${name}=${value}\0`));
  }
  return hasher.digest("hex").slice(0, 32);
}

function byName([a]: readonly [RawText, RawText], [b]: readonly [RawText, RawText]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
