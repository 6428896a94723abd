// The environment of the calls, and what happens to it.

import { join } from "node:path";
import type { Random } from "../support/random.ts";
import type { Environment } from "../support/run.ts";
import { anyOf, oneIn } from "./chance.ts";
import { CHECKOUTS, SEARCHED } from "./tree.ts";

/** Values of variables that a compile may depend on. @ROOT@ is the first checkout. */
const RELEVANT: Readonly<Record<string, readonly string[]>> = {
  CPATH: ["@ROOT@/inc0", "@ROOT@/gone:@ROOT@/inc1", "inc2"],
  CPLUS_INCLUDE_PATH: SEARCHED.map((name) => `@ROOT@/${name}`),
  C_INCLUDE_PATH: SEARCHED.map((name) => `@ROOT@/${name}`),
  GCC_COLORS: ["", "error=01;31"],
  LANG: ["C.UTF-8", "C"],
  LC_ALL: ["C.UTF-8", "C", "POSIX"],
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

/** One variable set, changed or removed. */
export function changeEnvironment(
  env: Environment,
  relevance: "irrelevant variable" | "variable",
  { random, root }: { random: Random; root: string },
): Environment {
  const values = relevance === "variable" ? RELEVANT : IRRELEVANT;
  const name = anyOf(random, Object.keys(values)) ?? "LANG";
  const { [name]: before, ...others } = env;
  // One that is set is mostly removed, so that they do not all stay.
  if (before !== undefined && !oneIn(random, 3)) return others;
  const value = anyOf(random, values[name] ?? []) ?? "";
  return { ...others, [name]: value.replaceAll("@ROOT@", join(root, CHECKOUTS[0])) };
}
