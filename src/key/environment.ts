// The caller's environment as far as results depend on it. Values never leave this file: conditions keep salted hashes,
// so that neither index nor log holds a secret.

import type { EnvironmentCondition } from "../core/entry.ts";
import type { Observation } from "../core/observation.ts";
import { type RawText, rawToBytes, splitBlock } from "../core/raw-text.ts";
import { asVariable } from "../core/variable.ts";
import { fromDirectory, type Remap, remapText } from "./remap.ts";

/** Variables of one request by name. */
export type Environment = ReadonlyMap<RawText, RawText>;

/** Reads an environ block (proc(5)). The first of two equal names counts, as getenv(3) finds it first. */
export function parseEnvironment(block: Uint8Array): Environment {
  const variables = new Map<RawText, RawText>();
  for (const member of splitBlock(block)) {
    const [name, value] = asVariable(member) ?? [];
    if (name !== undefined && value !== undefined && !variables.has(name)) variables.set(name, value);
  }
  return variables;
}

/** Variables that a tool may ask for without its result depending on them, each with the reason. */
export const IGNORED_VARIABLES: Readonly<Record<string, string>> = {
  CARGO_MAKEFLAGS: "as MAKEFLAGS",
  LS_COLORS: "no compiler output is coloured by it",
  MAKEFLAGS: "names the job server, which differs in every build; whether it can be reached may count (job-server.ts)",
  MFLAGS: "as MAKEFLAGS",
  MAKELEVEL: "depth of make, of no use to a compiler",
  OLDPWD: "kept by shells for `cd -`",
  PATH: "what was found along it, and what was passed over, are dependencies, or see programs.ts",
  RUNNING_PROCESS_ORIGINATOR: "says who started the daemon's tools",
  SHLVL: "depth of shells",
  TEMP: "where temporaries go; their names are not in outputs",
  TMP: "as TEMP",
  TMPDIR: "as TEMP",
  ZCCACHE_CLIENT_PID: "as ZCCACHE_LINEAGE",
  ZCCACHE_DAEMON_PID: "as ZCCACHE_LINEAGE",
  ZCCACHE_DEPTH: "our own recursion counter",
  ZCCACHE_HARDLINK: "says how outputs are put into place, not what they are",
  ZCCACHE_LINEAGE: "says who started the daemon's tools",
  ZCCACHE_PARENT_PID: "as ZCCACHE_LINEAGE",
  ZCCACHE_PATIENCE: "how long the caller waits for us",
  ZCCACHE_SESSION_ID: "where a call is counted",
  ZCCACHE_VERIFY: "decides who makes the result, not what it is",
  _: "set by shells to the command they start",
};

/** What the C library reads by itself, unseen by an access trace, besides LC_* and LD_* (locale(7), ld.so(8), tzset(3)). */
export const READ_BY_LIBC: ReadonlySet<RawText> = new Set([
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
export function libcVariables(environment: Environment, remap?: Remap): [RawText, RawText][] {
  return [...environment]
    .filter(([name]) => READ_BY_LIBC.has(name) || name.startsWith("LC_") || name.startsWith("LD_"))
    .map(([name, value]): [RawText, RawText] => [name, placed(name, value, remap)])
    .sort(byName);
}

/** Libraries are looked for there, which shows in the trace; all else that a variable says is taken by its letters. */
function placed(name: RawText, value: RawText, remap: Remap | undefined): RawText {
  return remap === undefined || name !== "LD_LIBRARY_PATH" ? value : remapText(value, remap);
}

/** What a run's trace says about variables, as conditions for later requests. */
export function conditionsOf(
  observation: Observation,
  environment: Environment,
  options: {
    cwdInKey: boolean;
    unseen?: RegExp | undefined;
    /** Variables that matter to this run although they are ignored. */
    shown?: readonly RawText[];
    remap?: Remap | undefined;
    mayMove?: boolean;
  },
): { environment: EnvironmentCondition[]; wholeEnvironment: string | undefined } {
  const { unseen, remap, shown = [] } = options;
  const further = unseen === undefined ? [] : [...environment.keys()].filter((name) => unseen.test(name));
  const asked =
    further.length === 0 ? observation.environment : [...new Set([...observation.environment, ...further])].sort();
  const names = [...asked.filter((name) => matters(name, options.cwdInKey)), ...shown];
  const seen = new Set(observation.environment);
  // What nobody was seen to ask for may lead into another working directory, where that has no say.
  const hash = (name: RawText) =>
    options.mayMove === true && !seen.has(name)
      ? hashFromDirectory(name, environment.get(name), remap)
      : hashOf(name, environment.get(name), remap);
  return {
    environment: names.map((name) => ({ name, valueHash: hash(name) })),
    wholeEnvironment: observation.wholeEnvironment ? hashOfAll(environment) : undefined,
  };
}

/** True if a request's environment meets those conditions of a manifest row that are on variables. */
export function conditionsHold(
  row: { environment: readonly EnvironmentCondition[]; wholeEnvironment: string | undefined },
  environment: Environment,
  remap?: Remap,
): boolean {
  if (row.wholeEnvironment !== undefined && row.wholeEnvironment !== hashOfAll(environment)) return false;
  return onVariables(row.environment).every(
    ({ name, valueHash }) =>
      hashOf(name, environment.get(name), remap) === valueHash ||
      (remap?.directory !== undefined && hashFromDirectory(name, environment.get(name), remap) === valueHash),
  );
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
  return !Object.hasOwn(IGNORED_VARIABLES, name);
}

function hashOf(name: RawText, value: RawText | undefined, remap?: Remap): string | undefined {
  if (value === undefined) return undefined;
  return new Bun.CryptoHasher("sha256")
    .update(rawToBytes(`zccache-variable\0${name}\0${placed(name, value, remap)}`))
    .digest("hex")
    .slice(0, 32);
}

/** Of the value with the working directory left out, which is no other value's hash. */
function hashFromDirectory(name: RawText, value: RawText | undefined, remap?: Remap): string | undefined {
  const { directory } = remap ?? {};
  if (value === undefined || directory === undefined) return hashOf(name, value, remap);
  return hashOf(name, `from here\0${fromDirectory(value, directory)}`);
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
