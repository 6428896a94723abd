// Breakages of GenericToolExec: its key, its scanner, what it stores and puts back.

import type { Mutant } from "./mutants.ts";

const LIBRARY = "src/daemon/library";
const TESTS = "test/unit/daemon/library";

export const EXEC: readonly Mutant[] = [
  {
    what: "variables are not in the key of an exec",
    file: `${LIBRARY}/exec-key.ts`,
    find: "...call.variables.map(",
    replace: "...call.variables.slice(0, 0).map(",
    test: `${TESTS}/exec-key.test.ts`,
  },
  {
    what: "declared inputs are not in the key of an exec",
    file: `${LIBRARY}/exec-key.ts`,
    find: "...inputs.map(",
    replace: "...inputs.slice(0, 0).map(",
    test: `${TESTS}/exec-key.test.ts`,
  },
  {
    what: "headers that the scan finds are not in the key of an exec",
    file: `${LIBRARY}/exec-key.ts`,
    find: "...sortedByPath(headers)",
    replace: "...sortedByPath([])",
    test: `${TESTS}/exec-key.test.ts`,
  },
  {
    what: "the order of declared inputs matters",
    file: `${LIBRARY}/exec-call.ts`,
    find: "return [...new Set(paths.map(withoutEmptySteps))].sort();",
    replace: "return [...new Set(paths.map(withoutEmptySteps))];",
    test: "test/property/exec-key.test.ts",
  },
  {
    what: "non_deterministic is not heard",
    file: `${LIBRARY}/exec-call.ts`,
    find: 'request.non_deterministic ? "Bypass" :',
    replace: "",
    test: `${TESTS}/exec-key.test.ts`,
  },
  {
    what: "the scan does not follow headers to their headers",
    file: `${LIBRARY}/exec-includes.ts`,
    find: "      level = next;",
    replace: "      level = [];",
    test: `${TESTS}/exec-includes.test.ts`,
  },
  {
    what: "quoted includes are not looked for beside the including file",
    file: `${LIBRARY}/exec-includes.ts`,
    find: "[own, ...iquote,",
    replace: "[...iquote,",
    test: `${TESTS}/exec-includes.test.ts`,
  },
  {
    what: "what a depfile lists is no input",
    file: `${LIBRARY}/exec-file.ts`,
    find: "looksOf(run.trace.observation, keyed, files), ...listed]",
    replace: "looksOf(run.trace.observation, keyed, files)]",
    test: `${TESTS}/exec-file.test.ts`,
  },
  {
    what: "a failure is stored though its depfile is worth nothing",
    file: `${LIBRARY}/exec-file.ts`,
    find: "end.exitCode !== 0 && call.depfile !== undefined",
    replace: "end.exitCode < 0",
    test: `${TESTS}/exec-file.test.ts`,
  },
  {
    what: "a declared output that the run let be is stored",
    file: `${LIBRARY}/exec-outputs.ts`,
    find: " || !made.has(identify(place))",
    replace: "",
    test: `${TESTS}/exec-file.test.ts`,
  },
  {
    what: "a declared input may change while the tool runs",
    file: `${LIBRARY}/exec-file.ts`,
    find: "inKey.find((path) => !snapshot.held(path))",
    replace: "inKey.find((path) => path === String(snapshot.held(path)))",
    test: `${TESTS}/exec-file.test.ts`,
  },
  {
    what: "streams over 16 MiB are stored",
    file: `${LIBRARY}/exec-streams.ts`,
    find: "LARGEST_STORED = 16 << 20",
    replace: "LARGEST_STORED = 17 << 20",
    test: `${TESTS}/exec-file.test.ts`,
  },
  {
    what: "files that the command did not declare are found outside of its directory",
    file: `${LIBRARY}/exec-outputs.ts`,
    find: "if (!isInnerName(path)) return",
    replace: "if (path.length < 0) return",
    test: `${TESTS}/exec-file.test.ts`,
  },
  {
    what: "an output comes back with another mode",
    file: `${LIBRARY}/exec-deliver.ts`,
    find: "mode: found.mode }",
    replace: "mode: 0o644 }",
    test: `${TESTS}/exec-deliver.test.ts`,
  },
  {
    what: "a link in the place of an output is replaced",
    file: `${LIBRARY}/exec-deliver.ts`,
    find: "(stats.isFile() && stats.nlink === 1",
    replace: "((stats.isFile() || stats.isSymbolicLink()) && stats.nlink === 1",
    test: `${TESTS}/exec-deliver.test.ts`,
  },
  {
    what: "a tool that asks for its directory is taken to look at the same files from another",
    file: `${LIBRARY}/exec-looks.ts`,
    find: "[look, { ...look, path: relative }]",
    replace: "[look]",
    test: `${TESTS}/exec-looks.test.ts`,
  },
  {
    what: "times of inputs do not matter to a tool of which nothing is known",
    file: `${LIBRARY}/exec-file.ts`,
    find: "call.findsOutputs ? alsoAtTimes(here) : here",
    replace: "here",
    test: `${TESTS}/exec-file.test.ts`,
  },
  {
    what: "modes of inputs do not matter to a tool of which nothing is known",
    file: `${LIBRARY}/exec-modes.ts`,
    find: "return condition === undefined || ",
    replace: "return condition !== null || ",
    test: `${TESTS}/exec-modes.test.ts`,
  },
];
