// Whether each line that is broken to see who notices still stands in the sources: told in a second, where the walks and
// runs over broken copies take minutes.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MUTATIONS } from "../oracle/mutations.ts";
import { repository } from "../support/built-binary.ts";
import { MUTANTS } from "./mutants.ts";

const broken = [...MUTANTS, ...MUTATIONS.map(({ what, mutation }) => ({ what, ...mutation }))];

test.each(broken)("what is broken for $what stands in $file once", ({ file, find }) => {
  expect(readFileSync(join(repository, file), "utf8").split(find)).toHaveLength(2);
});
