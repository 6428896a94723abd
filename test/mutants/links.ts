// Breakages of links and archives: what is a link, what is in its key, what of it is stored, and what is warned of.

import type { Mutant } from "./mutants.ts";

const COMPILERS = "src/compilers";
const TESTS = "test/unit";

export const LINKS: readonly Mutant[] = [
  {
    what: "an archiver without D is not warned of",
    file: `${COMPILERS}/archiver.ts`,
    find: "&& !isDeterministic(letters) ?",
    replace: '&& letters === "" ?',
    test: `${TESTS}/compilers/archiver.test.ts`,
  },
  {
    what: "members of an archive are in the key in any order",
    file: `${COMPILERS}/archiver.ts`,
    find: '(namesArchive ? ["named", archive] : ["any name"]),\n      ...members,',
    replace: '(namesArchive ? ["named", archive] : ["any name"]),\n      ...members.toSorted(),',
    test: `${TESTS}/compilers/archiver.test.ts`,
  },
  {
    what: "the archive that is there already is no part of an archiver's plan",
    file: `${COMPILERS}/archiver.ts`,
    find: "cwdInKey: thin,\n    previous: [archive],",
    replace: "cwdInKey: thin,",
    test: `${TESTS}/compilers/archiver.test.ts`,
  },
  {
    what: "letters that also show an archive are taken for such as make it",
    file: `${COMPILERS}/archiver.ts`,
    find: "/[dmptx]/.exec(letters)",
    replace: "/[dmpx]/.exec(letters)",
    test: `${TESTS}/compilers/archiver.test.ts`,
  },
  {
    what: "a link with another map has the same key",
    file: `${COMPILERS}/plan-link.ts`,
    find: "...(namesShow ? [NAMES, name] : []),",
    replace: "",
    test: `${TESTS}/compilers/linker.test.ts`,
  },
  {
    what: "a precompiled header is taken for a link",
    file: `${COMPILERS}/driver.ts`,
    find: " && !(sources.length > 0 && sources.every(isHeader))",
    replace: "",
    test: `${TESTS}/compilers/linker.test.ts`,
  },
  {
    what: "a link whose build id is made up is not warned of",
    file: `${COMPILERS}/linker-line.ts`,
    find: "spelled.some((arg) => RANDOM_ID.test(arg))",
    replace: "spelled.every((arg) => RANDOM_ID.test(arg))",
    test: `${TESTS}/compilers/linker.test.ts`,
  },
  {
    what: "Microsoft's options are known in capitals only",
    file: `${COMPILERS}/msvc.ts`,
    find: "options.set(name.toUpperCase(), value)",
    replace: "options.set(name, value)",
    test: `${TESTS}/compilers/msvc.test.ts`,
  },
  {
    what: "the file behind lib decides how its command line is read",
    file: `${COMPILERS}/index.ts`,
    find: " || family.byCalledName === true",
    replace: "",
    test: `${TESTS}/compilers/msvc.test.ts`,
  },
  {
    what: "an import library is given under the name of another",
    file: `${COMPILERS}/msvc.ts`,
    find: 'options.has("DEF") || options.has("NAME")',
    replace: 'options.has("NAME")',
    test: `${TESTS}/compilers/msvc.test.ts`,
  },
  {
    what: "a link has the key of a compile",
    file: "src/key/context-key.ts",
    find: "plan.link === true ?",
    replace: "plan.link === undefined && plan.link ?",
    test: `${TESTS}/key/context-key.test.ts`,
  },
  {
    what: "a client that orders a link gets a compile",
    file: "src/daemon/library/link-order.ts",
    find: "if (plan.link !== true) return",
    replace: "if (plan.link === false) return",
    test: `${TESTS}/daemon/library/link-order.test.ts`,
  },
  {
    what: "what a link makes beside its output is stored whatever there is of it",
    file: "src/daemon/stage-outputs.ts",
    find: "unforeseen.length > MOST_UNFORESEEN",
    replace: "unforeseen.length < 0",
    test: `${TESTS}/daemon/stage-outputs.test.ts`,
  },
  {
    what: "copies of outputs that turn out to be none stay in the store's directory",
    file: "src/daemon/early-copies.ts",
    find: "(staged) => staged[Symbol.dispose](),",
    replace: "() => {},",
    test: `${TESTS}/daemon/early-copies.test.ts`,
  },
  {
    what: "the caller of a link goes on though one of its outputs is not copied",
    file: "src/daemon/early-copies.ts",
    find: "wanted.includes(undefined)",
    replace: "wanted.length < 0",
    test: `${TESTS}/daemon/early-copies.test.ts`,
  },
  {
    what: "an output is stored as the build has changed it since the link",
    file: "src/daemon/early-copies.ts",
    find: "if (this.#complete && copy === undefined)",
    replace: 'if (this.#complete && path === "")',
    test: `${TESTS}/daemon/early-copies.test.ts`,
  },
  {
    what: "a file under the name that it was given is none that a run has left",
    file: "src/tracer/written-paths.ts",
    find: "files.rename(text, second)",
    replace: "files.remove(text)",
    test: `${TESTS}/tracer/written-paths.test.ts`,
  },
  {
    what: "outputs are copied a second time though they have been copied",
    file: "src/daemon/early-copies.ts",
    find: "await (copy ?? this.#store.stage(written))",
    replace: "await (copy && this.#store.stage(written))",
    test: `${TESTS}/daemon/early-copies.test.ts`,
  },
  {
    what: "a checkout that is named wrongly is none, though there is a nearer one",
    file: "src/key/remap.ts",
    find: " ?? nearestRoot(cwd);",
    replace: ' ?? (named === "" ? nearestRoot(cwd) : undefined);',
    test: `${TESTS}/key/remap.test.ts`,
  },
  {
    what: "the pids of a lineage are not those of client and daemon",
    file: "src/daemon/lineage.ts",
    find: "for (const pid of [String(client), daemon])",
    replace: "for (const pid of [daemon])",
    test: `${TESTS}/daemon/lineage.test.ts`,
  },
];
