// Which of the numbered promises a test's title names, as `[ipc 13]` or `[daemon 7, S5]`.
//
//     bun test/support/acceptance-numbers.ts    prints a table; ends with 1 if a number has no test

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./built-binary.ts";

/** How many numbers each part has, and those that are none here, with the reason. */
export const PROMISES = {
  broker: { count: 18, notHere: {} },
  daemon: { count: 24, notHere: {} },
  ipc: { count: 22, notHere: { 19: "named pipes of Windows" } },
  links: { count: 20, notHere: {} },
  protocol: { count: 16, notHere: {} },
} as const satisfies Record<string, { count: number; notHere: Readonly<Record<number, string>> }>;

type Part = keyof typeof PROMISES;

/** A number of a part: `ipc 13`. */
export type Promised = `${Part} ${number}`;

/** Titles of tests that name each number, by file. */
export function namedNumbers(): Map<Promised, string[]> {
  const found = new Map<Promised, string[]>();
  for (const file of new Bun.Glob("**/*.test.ts").scanSync({ cwd: join(repository, "test") })) {
    for (const number of numbersIn(readFileSync(join(repository, "test", file), "utf8"))) {
      found.set(number, [...(found.get(number) ?? []), file]);
    }
  }
  return found;
}

/** Numbers that no title names, those that are none here left out. */
export function withoutTest(): Promised[] {
  const named = namedNumbers();
  return parts().flatMap((part) => numbersOf(part).filter((number) => !named.has(number)));
}

/** Numbers that titles name although there are none such. */
export function unknownNumbers(): string[] {
  const known = new Set<string>(parts().flatMap(numbersOf));
  return [...namedNumbers().keys()].filter((number) => !known.has(number));
}

/** `[links 3, links 4, F9]` has two. */
function numbersIn(text: string): Promised[] {
  // Not lists of strings, which are no part of a title.
  const groups = text.matchAll(/\[([^\][\n"'`]*\b(?:broker|daemon|ipc|links|protocol) \d+\b[^\][\n"'`]*)\]/g);
  return [...groups].flatMap(([, group = ""]) => {
    const numbers = group.matchAll(/\b(broker|daemon|ipc|links|protocol) (\d+)\b/g);
    return [...numbers].map(([, part, number]): Promised => `${part as Part} ${Number(number)}`);
  });
}

function numbersOf(part: Part): Promised[] {
  const { count, notHere } = PROMISES[part];
  const all = Array.from({ length: count }, (_, i) => i + 1);
  return all.filter((number) => !Object.hasOwn(notHere, number)).map((number): Promised => `${part} ${number}`);
}

function parts(): Part[] {
  return Object.keys(PROMISES) as Part[];
}

function printTable(): void {
  const missing = withoutTest();
  const rows = parts().map((part) => {
    const { count, notHere } = PROMISES[part];
    const left = missing.filter((number) => number.startsWith(`${part} `)).map((number) => number.split(" ")[1]);
    const reasons = Object.entries(notHere).map(([number, reason]) => `${number}: ${reason}`);
    const tested = count - left.length - reasons.length;
    return [part, count, tested, reasons.join("; ") || "none", left.join(", ") || "none"];
  });
  const head = ["part", "numbers", "with a test", "not here", "without a test"];
  for (const row of [head, head.map(() => "---"), ...rows]) process.stdout.write(`| ${row.join(" | ")} |\n`);
  process.exitCode = missing.length === 0 ? 0 : 1;
}

if (import.meta.main) printTable();
