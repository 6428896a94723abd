// Plans of links and archives, as the tests of their parsers read them.

import type { Compiler } from "../../../src/compilers/compiler.ts";
import type { CompilePlan, Plan, Refusal } from "../../../src/core/plan.ts";

/** The plan of a command line without response files. */
export function planOf(compiler: Compiler, line: string): Plan {
  return compiler.parse(line === "" ? [] : line.split(" "), { read: () => undefined, variable: () => undefined });
}

/** The plan of a command line that is to be cached. */
export function cachedPlan(compiler: Compiler, line: string): CompilePlan {
  const plan = planOf(compiler, line);
  if (plan.kind !== "compile") throw new Error(`refused: ${plan.reason} (${plan.detail})`);
  return plan;
}

/** `reason: detail` of a command line that is not; every one of these counts as a link. */
export function refusalOf(compiler: Compiler, line: string): string {
  const plan = planOf(compiler, line) as Refusal;
  if (plan.kind !== "refused") throw new Error("not refused");
  return `${plan.link === true ? "link" : "no link"} ${plan.reason}`;
}
