// The translation units that single calls are timed with: one with the headers of the C++ library, one with thousands.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../support/run.ts";

const SYSTEM_HEADERS = "algorithm filesystem iostream map memory string vector";

/** A source file and how it is compiled. */
export type Unit = {
  readonly headers: number;
  /** Command line without the cache in front of it; `seed` makes it one that was never seen. */
  readonly compile: (seed: number) => readonly string[];
};

/** A C++ file with the headers that an ordinary program includes. */
export async function ordinaryUnit(root: string): Promise<Unit> {
  const includes = SYSTEM_HEADERS.split(" ").map((name) => `#include <${name}>\n`);
  const body =
    "std::map<std::string, std::vector<std::string>> table;\nint seed() { return SEED + static_cast<int>(table.size()); }\n";
  writeFileSync(join(root, "unit.cc"), `${includes.join("")}${body}`);
  const { stdout } = await mustRun(["g++", "-M", "unit.cc"], { cwd: root });
  const headers = stdout.split(/\s+/).filter((word) => word.startsWith("/")).length;
  return { headers, compile: (seed) => command("g++", "unit", seed) };
}

/** A C file with `headers` small headers of its own. */
export function wideUnit(root: string, headers: number): Unit {
  const names = Array.from({ length: headers }, (_, index) => `wide-${index}.h`);
  for (const [index, name] of names.entries()) writeFileSync(join(root, name), `int wide_${index}(void);\n`);
  const includes = names.map((name) => `#include "${name}"\n`).join("");
  writeFileSync(join(root, "wide.c"), `${includes}int seed(void) { return SEED; }\n`);
  return { headers, compile: (seed) => command("gcc", "wide", seed) };
}

function command(compiler: string, name: string, seed: number): readonly string[] {
  const source = compiler === "g++" ? `${name}.cc` : `${name}.c`;
  return [compiler, "-O1", `-DSEED=${seed}`, "-MD", "-MF", `${name}.d`, "-c", source, "-o", `${name}.o`];
}
