import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REFUSAL_REASONS } from "../src/core/refusal-reasons.ts";
import { repository } from "./support/built-binary.ts";
import { DOCUMENT, withTables } from "./support/correctness-tables.ts";

test("docs/correctness.md says what the tables say (bun test/support/correctness-tables.ts)", () => {
  const text = readFileSync(DOCUMENT, "utf8");
  expect(text).toBe(withTables(text));
});

test("every reason for running a call as it is can be met", () => {
  const source = [...new Bun.Glob("**/*.ts").scanSync({ cwd: join(repository, "src") })]
    .filter((file) => file !== "core/refusal-reasons.ts")
    .map((file) => readFileSync(join(repository, "src", file), "utf8"))
    .join("\n");
  const unused = Object.keys(REFUSAL_REASONS).filter((name) => !source.includes(`"${name}"`));
  expect(unused).toEqual([]);
});
