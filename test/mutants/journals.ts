// Breakages of what is measured and written down of calls, and of the verbs that keep files for scripts.

import type { Mutant } from "./mutants.ts";

const DAEMON = "src/daemon";
const LIBRARY = `${DAEMON}/library`;
const TESTS = "test/unit/daemon/library";
const CLI = "test/unit/cli";

export const JOURNAL_MUTANTS: readonly Mutant[] = [
  {
    what: "the journal has secrets of the call that one is compared with",
    file: `${LIBRARY}/ended-calls.ts`,
    find: "redactArguments(change.removed, redact).map(rawFromString)",
    replace: "change.removed",
    test: `${TESTS}/ended-calls.test.ts`,
  },
  {
    what: "the journal has values of variables whose names say that they are secret",
    file: `${LIBRARY}/ended-calls.ts`,
    find: "redactor(secretsIn(variables))",
    replace: "redactor([])",
    test: `${TESTS}/ended-calls.test.ts`,
  },
  {
    what: "a line is taken for that of a call in another directory",
    file: `${LIBRARY}/compile-journal.ts`,
    find: " && known.cwd === cwd",
    replace: "",
    test: `${TESTS}/compile-journal.test.ts`,
  },
  {
    what: "a line shows what another session keeps secret",
    file: `${LIBRARY}/compile-journal.ts`,
    find: "known?.redact === options.redact && known.tool",
    replace: "known?.tool",
    test: `${TESTS}/compile-journal.test.ts`,
  },
  {
    what: "lines that wait are lost at the end",
    file: `${LIBRARY}/compile-journal.ts`,
    find: "    await this.#flush();\n",
    replace: "",
    test: `${TESTS}/compile-journal.test.ts`,
  },
  {
    what: "a call is written down before its client has the reply",
    file: `${LIBRARY}/serve-call.ts`,
    find: "Promise.withResolvers<void>();",
    replace: "Promise.withResolvers<void>();\n  onReplied();",
    test: `${TESTS}/serve-call.test.ts`,
  },
  {
    what: "what was looked at for a miss counts as changed although it is the same",
    file: `${DAEMON}/miss-diff.ts`,
    find: "now === undefined || now === state",
    replace: "now === undefined",
    test: "test/unit/daemon/miss-diff.test.ts",
  },
  {
    what: "inputs of a miss that were looked at before its run are no hashing",
    file: `${DAEMON}/phase-profile.ts`,
    find: "this.#times.hash_all += times.hash_source + times.hash_headers;",
    replace: "",
    test: "test/unit/daemon/phase-profile.test.ts",
  },
  {
    what: "kv gives a damaged value",
    file: "src/cli/kv-store.ts",
    find: " && checkOf(value).equals(file.subarray(0, CHECK_BYTES))",
    replace: "",
    test: `${CLI}/kv.test.ts`,
  },
  {
    what: "a namespace of kv leads out of its directory",
    file: "src/cli/kv-store.ts",
    find: "/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/",
    replace: "/./",
    test: `${CLI}/kv.test.ts`,
  },
  {
    what: "replay follows a directory that became a link",
    file: "src/cli/commands/replay.ts",
    find: "counts[isOwn ?",
    replace: "counts[directory !== undefined ?",
    test: `${CLI}/snapshot.test.ts`,
  },
  {
    what: "replay follows a file that became a link",
    file: "src/cli/tree-files.ts",
    find: "constants.O_NOFOLLOW | ",
    replace: "",
    test: `${CLI}/snapshot.test.ts`,
  },
  {
    what: "replay gives an edited file its old time",
    file: "src/cli/commands/replay.ts",
    find: 'if (found?.digest !== digest) return "modified";',
    replace: 'if (found === undefined) return "modified";',
    test: `${CLI}/snapshot.test.ts`,
  },
  {
    what: "a manifest names files outside the workspace",
    file: "src/cli/times-manifest.ts",
    find: ' && step !== ".."',
    replace: "",
    test: `${CLI}/times-manifest.test.ts`,
  },
];
