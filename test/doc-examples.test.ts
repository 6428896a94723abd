// Runs the examples in docstrings: every `ts` block of an @example in src/, with the exports of its file in scope.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./support/built-binary.ts";
import { fileTree } from "./support/file-tree.ts";

/** One example: where it stands, its title and its code. */
type Example = { file: string; title: string; code: string };

const EXAMPLES = [...new Bun.Glob("**/*.ts").scanSync({ cwd: join(repository, "src") })].sort().flatMap(examplesOf);

describe("@example", () => {
  test("is found in src/", () => expect(EXAMPLES.length).toBeGreaterThan(0));

  test.each(EXAMPLES.map((example) => [`${example.file}: ${example.title}`, example] as const))(
    "%s",
    async (_, example) => {
      const module = join(repository, "src", example.file);
      const names = Object.keys(await import(module));
      using tree = fileTree({
        "example.ts": `import { ${names.join(", ")} } from ${JSON.stringify(module)};\n${example.code}`,
      });
      await import(tree.at("example.ts"));
    },
  );
});

/**
 *     @example A key names its own shard
 *              ^^^^^^^^^^^^^^^^^^^^^^^^^ title; the code is what follows between ```ts and ```
 */
function examplesOf(file: string): Example[] {
  const text = readFileSync(join(repository, "src", file), "utf8");
  const blocks = text.matchAll(/^ *\* @example(.*)\n *\* ```ts\n([\s\S]*?)^ *\* ```$/gm);
  return [...blocks].map(([, title = "", body = ""]) => ({
    file,
    title: title.trim(),
    code: body.replace(/^ *\* ?/gm, ""),
  }));
}
