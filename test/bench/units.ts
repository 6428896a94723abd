// The translation units that single calls are timed with. Each contender has copies of its own: some caches link their
// object to the output, which another compiler would then overwrite.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../support/run.ts";
import type { Contender } from "./contenders.ts";

/** A source file and how it is compiled. */
export type Unit = {
  /** Files of a contender's own, in `workDirectory`. */
  readonly write: (contender: Contender) => void;
  /** Command line without the cache in front of it; another `seed` makes it one that was never seen. */
  readonly compile: (seed: string) => readonly string[];
};

const SYSTEM_HEADERS = "algorithm filesystem iostream map memory string vector";

const CPLUSPLUS_BODY = `std::map<std::string, std::vector<std::string>> table;
std::vector<int> order;
int seed() { order.push_back(SEED); return order[0] + static_cast<int>(table.size()); }
`;

const C_FUNCTIONS = 60;

/** Where a contender compiles. */
export function workDirectory({ directory }: Contender): string {
  return join(directory, "work");
}

/** A C++ file with the headers that an ordinary program includes, and `further` small ones; compiled with -g. */
export function cplusplusUnit(further: number): Unit {
  const name = further === 0 ? "unit" : `unit-${further}`;
  const own = Array.from({ length: further }, (_, index) => `own/${index}.h`);
  return {
    write(contender) {
      const at = workDirectory(contender);
      mkdirSync(join(at, "own"), { recursive: true });
      for (const [index, path] of own.entries()) writeFileSync(join(at, path), `int own_${index}();\n`);
      const system = SYSTEM_HEADERS.split(" ").map((header) => `#include <${header}>\n`);
      const includes = [...system, ...own.map((path) => `#include "${path}"\n`)].join("");
      writeFileSync(join(at, `${name}.cc`), includes + CPLUSPLUS_BODY);
    },
    compile: (seed) => command({ compiler: ["g++", "-O1", "-g"], source: `${name}.cc`, seed }),
  };
}

/** A C file that takes gcc about 150 ms: optimizing, not reading headers. */
export function cUnit(): Unit {
  return {
    write(contender) {
      const at = workDirectory(contender);
      mkdirSync(at, { recursive: true });
      const numbers = Array.from({ length: C_FUNCTIONS }, (_, index) => index);
      const sum = numbers.map((number) => `  sum += step${number}(cells, count);\n`).join("");
      const last = `int seed(int *cells, int count) {\n  int sum = SEED;\n${sum}  return sum;\n}\n`;
      const includes = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n";
      writeFileSync(join(at, "steps.c"), `${includes}${numbers.map(cFunction).join("")}${last}`);
    },
    compile: (seed) => command({ compiler: ["gcc", "-O2"], source: "steps.c", seed }),
  };
}

/** How many headers it includes. */
export async function headerCount(unit: Unit, contender: Contender): Promise<number> {
  const at = workDirectory(contender);
  const [compiler = "g++", ...rest] = unit.compile("0");
  const source = rest.find((word) => /\.cc?$/.test(word)) ?? "";
  const { stdout } = await mustRun([compiler, "-M", "-DSEED=0", source], { cwd: at, env: contender.env });
  return stdout.split(/\s+/).filter((word) => word !== "\\" && word !== "").length - 2;
}

type Command = { readonly compiler: readonly string[]; readonly source: string; readonly seed: string };

/** As CMake writes it; {slot} is filled in by launch.c. */
function command({ compiler, source, seed }: Command): readonly string[] {
  const output = `${source.replace(/\.cc?$/, "")}-{slot}.o`;
  return [...compiler, `-DSEED=${seed}`, "-MD", "-MT", output, "-MF", `${output}.d`, "-o", output, "-c", source];
}

function cFunction(number: number): string {
  return `static int step${number}(int *cells, int count) {
  int sum = ${number};
  for (int at = 1; at < count; at++) sum += cells[at] * cells[at - 1] % (at + ${number + 1});
  return printf("%d\\n", sum);
}
`;
}
