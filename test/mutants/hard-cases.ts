// Breakages of what the hard cases rest on: keys without files, times, streams, one file under several names.

import type { Mutant } from "./mutants.ts";

export const HARD_CASES: readonly Mutant[] = [
  {
    what: "a copy in the place of a link to an equal file is taken for the same",
    file: "src/key/match-manifest.ts",
    find: " && sameFilesFit(row, cwd, snapshot)",
    replace: "",
    test: "test/unit/key/match-manifest.test.ts",
  },
  {
    what: "one file under two names is told apart from two by times only",
    file: "src/key/places.ts",
    find: "return { name: SAME_FILES,",
    replace: "if (read.length > 0) return undefined;\n  return { name: SAME_FILES,",
    test: "test/unit/key/places.test.ts",
  },
  {
    what: "the memo does not see a copy in the place of a link",
    file: "src/daemon/memo.ts",
    find: "if (tiesFiles(row.environment)) return;",
    replace: "",
    test: "test/unit/daemon/memo.test.ts",
  },
  {
    what: "#import of equal files is forgotten",
    file: "src/key/twins.ts",
    find: "imports || ONCE.test(text)",
    replace: "(imports && false) || ONCE.test(text)",
    test: "test/unit/key/twins.test.ts",
  },
  {
    what: "what came out of a fifo is taken for an input that stays",
    file: "src/key/what-was-seen.ts",
    find: 'return state === "O" && aspect',
    replace: 'return state === "OO" && aspect',
    test: "test/unit/key/dependencies.test.ts",
  },
  {
    what: "an input may be another one while the tool runs if it is the old one in the end",
    file: "src/key/what-was-seen.ts",
    find: " && before.held(item.path)",
    replace: "",
    test: "test/unit/key/dependencies.test.ts",
  },
  {
    what: "ctime does not show that a file was written and given its old time",
    file: "src/key/file-stamp.ts",
    find: "  if (stamp.ctimeNs >= startNs) return true;\n",
    replace: "",
    test: "test/unit/key/file-stamp.test.ts",
  },
  {
    what: "a content is known by a time that its next write may have, too",
    file: "src/key/file-stamp.ts",
    find: "const SETTLING_NS = 2_000_000_000n;",
    replace: "const SETTLING_NS = 0n;",
    test: "test/unit/key/file-stamp.test.ts",
  },
  {
    what: "PWD has no say in debug information",
    file: "src/key/environment.ts",
    find: 'if (name === "PWD") return cwdInKey;',
    replace: 'if (name === "PWD") return false;',
    test: "test/unit/key/environment.test.ts",
  },
  {
    what: "the locale is not in the key",
    file: "src/key/environment.ts",
    find: ' || name.startsWith("LC_")',
    replace: "",
    test: "test/unit/key/environment.test.ts",
  },
  {
    what: "-march=native is the same on every processor",
    file: "src/compilers/draft.ts",
    find: 'draft.native ||= value === "native";',
    replace: "draft.native ||= false;",
    test: "test/unit/compilers/gcc.test.ts",
  },
  {
    what: "debug information does not show the working directory",
    file: "src/compilers/draft.ts",
    find: 'draft.debugs = name === "debug";',
    replace: "draft.debugs = false;",
    test: "test/unit/compilers/gcc.test.ts",
  },
  {
    what: "an option that may show the whole line does not put it into the key",
    file: "src/compilers/draft.ts",
    find: 'if (row.shows === "line") draft.showsLine = true;',
    replace: "",
    test: "test/unit/compilers/gcc.test.ts",
  },
  {
    what: "a clock that is set back hides what changed since",
    file: "src/key/what-was-seen.ts",
    find: "return expectedNs + TOLERANCE_NS < startedNs ?",
    replace: "return expectedNs + TOLERANCE_NS < 0n ?",
    test: "test/unit/key/dependencies.test.ts",
  },
];
