// The order of what has none does not matter to a GenericToolExec.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { fileTree } from "../support/file-tree.ts";
import { execKey, fill } from "../unit/daemon/library/exec-calls.ts";

const FILES = ["in1", "in2", "in3", "sub/in1"];
const variable = fc.tuple(fc.stringMatching(/^[A-Z]{1,3}$/), fc.string());

test("keyExec() is the same for variables and inputs in any order, inputs given twice, and paths with empty steps", async () => {
  using tree = fill(fileTree());
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(variable, { selector: ([name]) => name }),
      fc.subarray(FILES),
      fc.infiniteStream(fc.nat()),
      async (variables, inputs, chance) => {
        const key = await execKey(tree, { env: variables, input_files: inputs });
        const spelled = [...inputs, ...inputs.slice(0, 1)].map((name) => name.replace("/", "/.//"));
        const shuffled = { env: shuffle(variables, chance), input_files: shuffle(spelled, chance) };
        expect(await execKey(tree, shuffled)).toBe(key);
        if (variables.length > 0) expect(await execKey(tree, { ...shuffled, env: variables.slice(1) })).not.toBe(key);
      },
    ),
    { numRuns: 100 },
  );
});

function shuffle<Member>(members: readonly Member[], chance: Iterator<number>): Member[] {
  const rest = [...members];
  return members.flatMap(() => rest.splice((chance.next().value ?? 0) % rest.length, 1));
}
