// Context key: everything about a call that is known before any dependency is. It leads to the manifest rows of earlier
// runs of the same call; a row's conditions decide which of their results holds.

import { readFileSync } from "node:fs";
import type { Digest, ManifestRow } from "../core/entry.ts";
import { type CompilePlan, NATIVE_CPU } from "../core/plan.ts";
import { type RawText, rawToBytes } from "../core/raw-text.ts";
import { type Environment, libcVariables } from "./environment.ts";
import type { Remap } from "./remap.ts";

/** What a context key is made of, beside the plan. */
export type Context = {
  /** Absolute path of the real tool: gcc finds its parts from it and names itself in messages. */
  readonly toolPath: RawText;
  /** The tool's argv[0], with which it may begin its messages; its path unless given. */
  readonly argumentZero?: RawText;
  /** State of the tool's file, content included. */
  readonly toolState: string;
  readonly environment: Environment;
  readonly remap?: Remap | undefined;
  readonly cwd: RawText;
  /** What is known of the terminal if standard error is one, so that diagnostics are coloured and folded for it. */
  readonly terminal: string | undefined;
  /** Digest of standard input where that is the source. */
  readonly stdinDigest: Digest | undefined;
  /** What the plan's `previous` and `attributes` were before the run. */
  readonly before: readonly string[];
};

// Raised when the meaning of keys or rows changes, so that older entries are not found.
const FORMAT = "zccache-context-8";

/** SHA-256 over the ordered, length-prefixed parts of a call. */
export function contextKey(plan: CompilePlan, context: Context): Digest {
  const hasher = new Bun.CryptoHasher("sha256");
  // No link is a compile, whatever the two command lines come to.
  part(hasher, plan.link === true ? `${FORMAT} link` : FORMAT);
  part(hasher, context.toolPath);
  part(hasher, context.toolState);
  list(hasher, plan.keyArguments);
  // Names of outputs are left out of the arguments, but not which there are: -E writes to standard output without -o.
  list(
    hasher,
    plan.outputs.map(({ role }) => role),
  );
  list(
    hasher,
    libcVariables(context.environment, context.remap).map(([name, value]) => `${name}=${value}`),
  );
  part(hasher, plan.cwdInKey ? `cwd ${context.cwd}` : "any cwd");
  part(hasher, context.terminal ?? "no terminal");
  part(hasher, context.stdinDigest ?? "no stdin");
  part(hasher, plan.keyArguments.includes(NATIVE_CPU) ? processorIdentity() : "any cpu");
  const { argumentZero = context.toolPath } = context;
  if (argumentZero !== context.toolPath) part(hasher, `called ${argumentZero}`);
  if (context.before.length > 0) list(hasher, context.before);
  return hasher.digest("hex");
}

/** Key of a result: the context plus the conditions under which it holds. */
export function resultKey(context: Digest, row: Omit<ManifestRow, "resultKey">): Digest {
  const hasher = new Bun.CryptoHasher("sha256");
  part(hasher, context);
  // Thousands of texts without a NUL: joined they take two thirds of what a list does, 0.7 ms for 2,300 dependencies.
  const members: RawText[] = [];
  for (const { path, aspect, state } of row.dependencies) members.push(path, aspect, state);
  part(hasher, members.join("\0"));
  list(
    hasher,
    row.environment.flatMap(({ name, valueHash }) => [name, valueHash ?? ""]),
  );
  part(hasher, row.wholeEnvironment ?? "");
  part(hasher, row.layout);
  return hasher.digest("hex");
}

function part(hasher: Bun.CryptoHasher, text: RawText): void {
  hasher.update(rawToBytes(withLength(text)));
}

/** One update for all: each costs a microsecond. */
function list(hasher: Bun.CryptoHasher, members: readonly RawText[]): void {
  let text = `[${members.length}]`;
  for (const member of members) text += withLength(member);
  hasher.update(rawToBytes(text));
}

function withLength(text: RawText): RawText {
  return `${text.length}:${text}`;
}

let processor: string | undefined;

/** Model, family and feature flags of the first processor (/proc/cpuinfo, proc(5)); what CPUID tells a compiler. */
function processorIdentity(): string {
  processor ??= readFileSync("/proc/cpuinfo", "latin1")
    .split("\n\n", 1)
    .join("")
    .split("\n")
    .filter((line) => /^(vendor_id|cpu family|model|stepping|flags|Features|CPU )/.test(line))
    .join("\n");
  return processor;
}
