// Breakages of the tracer and of how its traces are read.

import type { Mutant } from "./mutants.ts";

export const TRACER: readonly Mutant[] = [
  {
    what: "a trial starts the file that has taken the tool's place",
    file: "src/tracer/trial.ts",
    find: "if (!place.isStill()) return",
    replace: "if (Number.isNaN(TRIES)) return",
    test: "test/unit/tracer/trial.test.ts",
  },
  {
    what: "what a trial of another file showed is said of the tool",
    file: "src/daemon/tools.ts",
    find: "if (this.#trials?.isStill(program) === false) {",
    replace: "if (this.#trials === undefined) {",
    test: "test/unit/daemon/tools.test.ts",
  },
  {
    what: "a look past the tracer is taken for a recorded one",
    file: "src/tracer/missed-looks.ts",
    find: "else if (isBelow(path, folder) && !seen.tells(path, act))",
    replace: 'else if (isBelow(path, folder) && path === "")',
    test: "test/unit/tracer/missed-looks.test.ts",
  },
  {
    what: "a directory that was no link is none for ever, whatever is moved",
    file: "src/tracer/native/record.c",
    find: "known >> 32 == this_moment()",
    replace: "known >> 32",
    test: "test/integration/tracer/corners.test.ts",
  },
  {
    what: "a program that began without the tracer is not missed",
    file: "src/tracer/missed-looks.ts",
    find: 'act === "program" && !seen.hasBegun(pid, path)',
    replace: 'act === "program" && path === ""',
    test: "test/unit/tracer/missed-looks.test.ts",
  },
  {
    what: "what lld reads of its old output is forgotten",
    file: "src/tracer/file-stories.ts",
    find: "if (story !== this.#glanced) this.#glanced = undefined;",
    replace: "",
    test: "test/unit/tracer/file-stories.test.ts",
  },
  {
    what: "a wrapper's trial is not that of the program it becomes",
    file: "src/tracer/root-program.ts",
    find: 'else if (kind === "start") program = next;',
    replace: "",
    test: "test/unit/tracer/root-program.test.ts",
  },
];
