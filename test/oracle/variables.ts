// The environment of the calls, and what happens to it.

import { join } from "node:path";
import type { Random } from "../support/random.ts";
import type { Environment } from "../support/run.ts";
import { anyOf, oneIn } from "./chance.ts";
import { CHECKOUTS, SEARCHED } from "./tree.ts";

/** Values of variables that a result may depend on. @ROOT@ is the first checkout, @BASE@ the value without any change. */
const RELEVANT: Readonly<Record<string, readonly string[]>> = {
  COMPILER_PATH: ["@ROOT@/bin2:@BASE@", "@BASE@:@ROOT@/bin2"],
  CPATH: ["@ROOT@/inc0", "@ROOT@/gone:@ROOT@/inc1", "inc2"],
  CPLUS_INCLUDE_PATH: SEARCHED.map((name) => `@ROOT@/${name}`),
  C_INCLUDE_PATH: SEARCHED.map((name) => `@ROOT@/${name}`),
  GCC_COLORS: ["", "error=01;31"],
  LANG: ["C.UTF-8", "C"],
  GCC_EXEC_PREFIX: ["@ROOT@/bin2/"],
  GNUTARGET: ["elf64-x86-64", "default"],
  LC_ALL: ["C.UTF-8", "C", "POSIX"],
  LD_RUN_PATH: ["/x", "/y"],
  LIBRARY_PATH: ["@ROOT@/lib0", "@ROOT@/libgone:@ROOT@/lib1", "lib1"],
  PATH: ["@ROOT@/bin1:@BASE@", "@ROOT@/bin2:@BASE@", "@ROOT@/bin2:@BASE@", "bin1:@BASE@"],
  PWD: ["/", "@ROOT@", "@ROOT@/srclink"],
  SOURCE_DATE_EPOCH: ["0", "1000000000"],
};

/** Values of variables that no compile depends on. */
const IRRELEVANT: Readonly<Record<string, readonly string[]>> = {
  MAKEFLAGS: ["-j2", " -j --jobserver-auth=3,4"],
  MAKELEVEL: ["1", "2"],
  OLDPWD: ["/", "/tmp"],
  SESSION: ["1", "2", "3"],
  SHLVL: ["1", "2"],
};

/** Without these nothing is found or counted. */
const NEEDED: ReadonlySet<string> = new Set(["COMPILER_PATH", "PATH"]);

/** One variable set, changed, removed or as it is in `base`. */
export function changeEnvironment(
  env: Environment,
  relevance: "irrelevant variable" | "variable",
  { random, root, base }: { random: Random; root: string; base: Environment },
): Environment {
  const values = relevance === "variable" ? RELEVANT : IRRELEVANT;
  const name = drawName(env, { values, random, base });
  const { [name]: before, ...others } = env;
  const first = base[name] ?? "";
  const kept = NEEDED.has(name) ? { ...others, [name]: first } : others;
  // One that is set is mostly removed, so that they do not all stay.
  if (before !== undefined && before !== kept[name] && !oneIn(random, 3)) return kept;
  const value = anyOf(random, values[name] ?? []) ?? "";
  return { ...others, [name]: value.replaceAll("@ROOT@", join(root, CHECKOUTS[0])).replaceAll("@BASE@", first) };
}

/** Often one that is set: what COMPILER_PATH leads to hides for as long as it lasts what PATH leads to. */
function drawName(
  env: Environment,
  { values, random, base }: { values: typeof RELEVANT; random: Random; base: Environment },
): string {
  const set = Object.keys(values).filter((name) => env[name] !== base[name]);
  if (set.length > 0 && oneIn(random, 2)) return anyOf(random, set) ?? "LANG";
  if (values === RELEVANT && oneIn(random, 4)) return "PATH";
  return anyOf(random, Object.keys(values)) ?? "LANG";
}
