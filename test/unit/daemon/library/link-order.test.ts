import { expect, test } from "bun:test";
import { findCompiler } from "../../../../src/compilers/index.ts";
import { type Plan, refuse } from "../../../../src/core/plan.ts";
import type { Call } from "../../../../src/daemon/call.ts";
import { asLinkOrder } from "../../../../src/daemon/library/link-order.ts";

/** What an order of a command line comes to. */
function ordered(tool: string, line: string): Plan {
  const around = { read: () => undefined, variable: () => undefined };
  const plan = findCompiler(tool)?.parse(line.split(" "), around) ?? refuse("not-a-compiler", tool);
  return asLinkOrder({ plan } as Call).plan;
}

test.each([
  ["ar", "rcs l.a a.o"],
  ["ld", "a.o -o p"],
  ["gcc", "a.o -o p"],
  ["gcc", "a.c -o a.out"],
  ["lib", "a.obj"],
])("asLinkOrder() leaves a link as it is: %s %s [links 4]", (tool, line) => {
  expect(ordered(tool, line)).toMatchObject({ kind: "compile", link: true });
});

test.each([
  ["ld", "a.o", "no-output"],
  ["gcc", "a.o", "no-output"],
  ["clang", "-shared a.o", "no-output"],
  ["gcc", "-o p", "no-source"],
  ["gcc", "-c a.c", "link"],
  ["gcc", "-x c++-header a.h", "link"],
  ["strange", "a.o -o p", "not-a-compiler"],
])("asLinkOrder() makes a link that is refused of the rest: %s %s, %s [links 4]", (tool, line, reason) => {
  expect(ordered(tool, line)).toMatchObject({ kind: "refused", link: true, reason });
});
