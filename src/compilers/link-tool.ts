// What tools that link, archive or copy binaries have in common.

import { type Plan, type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { isStream, namesCallerStream } from "./default-outputs.ts";
import { expandResponseFiles } from "./response-files.ts";

/** A family of such tools: all that its parser says, refusals too, counts as a link. */
export function linkTool(tool: Compiler): Compiler {
  return { ...tool, parse: (args, around) => asLink(tool.parse(args, around)) };
}

/** The plan, or the refusal, of a link. */
export function asLink(plan: Plan): Plan {
  return { ...plan, link: true };
}

/** Arguments with response files expanded. Refuses those that may name a descriptor of the caller. */
export function plainArguments(args: readonly RawText[], around: Surroundings): readonly RawText[] | Refusal {
  const expanded = expandResponseFiles(args, around);
  if ("reason" in expanded) return expanded;
  const stream = expanded.find((arg) => namesCallerStream(arg) || isStream(arg));
  return stream === undefined ? expanded : refuse("caller-stream", showRaw(stream));
}

/** As `CompilePlan.warning`. @param remedy What the command line lacks. */
export function nondeterminism(remedy: string): string {
  return `not deterministic: what is cached may differ from a fresh run; pass ${remedy}`;
}
