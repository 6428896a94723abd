import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { type Files, fileTree } from "./file-tree.ts";
import { type Results, readResults } from "./test-results.ts";

/** Runs test files in a process of their own, as test/run.ts does. */
function resultsOf(files: Files): Results {
  using tree = fileTree({ "bunfig.toml": "", ...files });
  const names = Object.keys(files);
  const args = [
    "test",
    "--reporter=junit",
    `--reporter-outfile=${tree.at("report.xml")}`,
    ...names.map((name) => `./${name}`),
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: tree.path });
  return readResults(tree.at("report.xml"), { files: names, succeeded: status === 0 });
}

const IMPORTS = 'import { beforeAll, describe, expect, test } from "bun:test";\n';

describe("readResults()", () => {
  test("counts what passed, failed and was skipped, with groups and odd titles", () => {
    const results = resultsOf({
      "a.test.ts": `${IMPORTS}test("one", () => {});
        test("two & <2>", () => { expect(1).toBe(2); });
        describe.skipIf(true)("group [skipped: no]", () => { beforeAll(() => {}); test("three", () => {}); });`,
    });
    expect(results).toEqual({
      passed: 1,
      failed: [
        { name: "a.test.ts: two & <2>", message: "expect(received).toBe(expected)\n\nExpected: 2\nReceived: 1\n" },
      ],
      skipped: ["a.test.ts: group [skipped: no] > three"],
    });
  });

  test("counts a file that cannot be loaded as failed", () => {
    const results = resultsOf({
      "a.test.ts": `${IMPORTS}test("one", () => {});`,
      "b.test.ts": 'throw new Error("no");',
    });
    const failed = [{ name: "b.test.ts: no test in it ran", message: "" }];
    expect(results).toEqual({ passed: 1, failed, skipped: [] });
  });

  test("counts a file without tests and a process that died as failed", () => {
    expect(resultsOf({ "a.test.ts": IMPORTS }).failed).toHaveLength(1);
    expect(resultsOf({ "a.test.ts": `${IMPORTS}test("one", () => process.exit(3));` }).failed).toHaveLength(1);
  });

  test("counts an error outside of any test as failed", () => {
    const results = resultsOf({
      "a.test.ts": `${IMPORTS}import { afterAll } from "bun:test";
        test("one", () => {}); afterAll(() => { throw new Error("no"); });`,
    });
    expect(results.failed).toHaveLength(1);
  });
});
