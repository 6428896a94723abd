// Exchanging the target of a depfile gives what the real gcc writes for the other name, folded at the same places.

import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { isPlainTarget, retarget } from "../../src/core/depfile.ts";
import { fileTree } from "../support/file-tree.ts";
import { missingTool, titled } from "../support/missing.ts";

const tree = fileTree({});
afterAll(() => tree[Symbol.dispose]());

const noGcc = missingTool("gcc");

/** What -MD -o NAME writes for a source with these headers. Nothing else is made. */
function depfileOf(name: string, headers: readonly string[], more: readonly string[]): string {
  tree.write(Object.fromEntries(headers.map((header) => [header, ""])));
  tree.write({ "a.c": headers.map((header) => `#include "${header}"\n`).join("") });
  const args = ["-fsyntax-only", "-MD", "-MF", "d", ...more, "a.c", "-o", name];
  const { exitCode, stderr } = Bun.spawnSync(["gcc", ...args], { cwd: tree.path, stdin: "ignore" });
  if (exitCode !== 0) throw new Error(`gcc ${args.join(" ")}: ${stderr}`);
  return readFileSync(tree.at("d"), "latin1");
}

const letters = "abcXYZ019_.+,@=~^-/";
const name = fc
  .tuple(
    fc.constantFrom("", "./", ".//", "../", "out/"),
    fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 90 }),
  )
  .map(([directory, rest]) => `${directory}x${rest}`);
const header = fc
  .string({ unit: fc.constantFrom(..."abc01 $#_."), minLength: 1, maxLength: 40 })
  .map((text) => `h${text}.h`);
const options = fc.constantFrom<string[]>([], ["-MP"]);

describe.skipIf(noGcc !== undefined)(titled("retarget()", noGcc), () => {
  test("gives gcc's depfile for the other name, from that for one name", () => {
    fc.assert(
      fc.property(
        fc.tuple(name, name),
        fc.uniqueArray(header, { maxLength: 8 }),
        options,
        ([one, other], headers, more) => {
          fc.pre(isPlainTarget(one) && isPlainTarget(other));
          expect(retarget(depfileOf(one, headers, more), one, other)).toBe(depfileOf(other, headers, more));
        },
      ),
      { numRuns: 100 },
    );
  }, 600_000);
  test("gives gcc's depfile for names of every length around the column where lines end", () => {
    const headers = ["h".repeat(20), "i".repeat(21), "j".repeat(22)];
    const base = depfileOf("x", headers, []);
    for (let length = 1; length < 90; length++) {
      expect(retarget(base, "x", "y".repeat(length))).toBe(depfileOf("y".repeat(length), headers, []));
    }
  }, 600_000);
  test.each(["a b", "a$b", "a#b", "a:b", "a\\b", "a\tb", "a%b", "a'b", 'a"b'])("is not asked for %j", (odd) => {
    expect(isPlainTarget(odd)).toBe(false);
  });
});
