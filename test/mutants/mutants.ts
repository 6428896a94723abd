// One-line breakages of what keeps hits right, each with the test that has to notice it.

import { ARTIFACT_MUTANTS } from "./artifacts.ts";
import { BROKER } from "./broker.ts";
import { DAEMON } from "./daemon.ts";
import { EXEC } from "./exec.ts";
import { HARD_CASES } from "./hard-cases.ts";
import { JOURNAL_MUTANTS } from "./journals.ts";
import { LIBRARY_MUTANTS } from "./library.ts";
import { LINKS } from "./links.ts";
import { RUST } from "./rust.ts";
import { TRACER } from "./tracer.ts";
import { WARM_START } from "./warm-start.ts";
import { WIRE } from "./wire.ts";

/** `find` must stand exactly once in `file`; with `replace` in its place `test` must fail. */
export type Mutant = {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly test: string;
};

export const MUTANTS: readonly Mutant[] = [
  ...BROKER,
  ...DAEMON,
  ...EXEC,
  ...HARD_CASES,
  ...ARTIFACT_MUTANTS,
  ...JOURNAL_MUTANTS,
  ...LIBRARY_MUTANTS,
  ...LINKS,
  ...RUST,
  ...TRACER,
  ...WARM_START,
  ...WIRE,
  {
    what: "environment conditions are not looked at",
    file: "src/key/match-manifest.ts",
    find: "conditionsHold(row, request.environment, request.remap) &&",
    replace: "",
    test: "test/unit/key/match-manifest.test.ts",
  },
  {
    what: "a result of a run that read a configuration file is given to other calls",
    file: "src/key/match-manifest.ts",
    find: "callFits(row.environment, request) &&",
    replace: "",
    test: "test/unit/key/match-manifest.test.ts",
  },
  {
    what: "merged streams are given to callers with two",
    file: "src/key/match-manifest.ts",
    find: 'return row.layout === "empty" || (row.layout === "merged") === merged;',
    replace: "return row.layout.length > 0 || merged;",
    test: "test/unit/key/match-manifest.test.ts",
  },
  {
    what: "states are not compared",
    file: "src/key/match-manifest.ts",
    find: "dependency.state === states[index]",
    replace: 'dependency.state !== states[index] + "?"',
    test: "test/unit/key/match-manifest.test.ts",
  },
  {
    what: "inputs may change while the tool runs",
    file: "src/key/what-was-seen.ts",
    find: "return !changedSince(",
    replace: "return true || !changedSince(",
    test: "test/unit/key/dependencies.test.ts",
  },
  {
    what: "absent paths may appear while the tool runs",
    file: "src/key/what-was-seen.ts",
    find: ' && found === (state !== "A")',
    replace: "",
    test: "test/unit/key/dependencies.test.ts",
  },
  {
    what: "a path that is followed since the tool's start only is taken for unchanged",
    file: "src/key/what-was-seen.ts",
    find: "since < start.startedMs",
    replace: "since <= start.startedMs",
    test: "test/unit/key/dependencies.test.ts",
  },
  {
    what: "a path is not followed anew after something happened to it",
    file: "src/key/watched-states.ts",
    find: "item.mark?.state === undefined ? watch.follow(item.path, item.aspect) : item.mark",
    replace: "item.mark ?? watch.follow(item.path, item.aspect)",
    test: "test/unit/key/state-items.test.ts",
  },
  {
    what: "a relative path means the same in every directory",
    file: "src/key/state-items.ts",
    find: "this.#relative.get(cwd)",
    replace: "[...this.#relative.values()][0]",
    test: "test/unit/key/state-items.test.ts",
  },
  {
    what: "twins are told apart by nothing",
    file: "src/key/dependencies.ts",
    find: "if (twins.size === 0)",
    replace: "if (twins.size >= 0)",
    test: "test/unit/key/dependencies.test.ts",
  },
  {
    what: "times that a precompiled header holds are not looked at",
    file: "src/key/with-times.ts",
    find: "return [...looks, ...timed",
    replace: "return [...looks, ...timed.slice(timed.length)",
    test: "test/unit/key/with-times.test.ts",
  },
  {
    what: "a file's time is known from its content's watch only",
    file: "src/watch/resolve.ts",
    find: ' || aspect === "stamp")',
    replace: ")",
    test: "test/unit/watch/path-watch.test.ts",
  },
  {
    what: "a result is used where other names lead to one file",
    file: "src/key/match-manifest.ts",
    find: "placesFit(row, cwd, snapshot) && ",
    replace: "",
    test: "test/unit/key/match-manifest.test.ts",
  },
  {
    what: "arguments are sorted into the key",
    file: "src/key/context-key.ts",
    find: "list(hasher, plan.keyArguments);",
    replace: "list(hasher, [...plan.keyArguments].sort());",
    test: "test/unit/key/context-key.test.ts",
  },
  {
    what: "parts of the key have no length",
    file: "src/key/context-key.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a piece of source
    find: "return `${text.length}:${text}`;",
    replace: "return text;",
    test: "test/unit/key/context-key.test.ts",
  },
  {
    what: "the tool's content is not in the key",
    file: "src/key/context-key.ts",
    find: "part(hasher, context.toolState);",
    replace: "",
    test: "test/unit/key/context-key.test.ts",
  },
  {
    what: "the working directory is never in the key",
    file: "src/key/context-key.ts",
    find: "plan.cwdInKey ?",
    replace: "plan.cwdInKey && !plan.cwdInKey ?",
    test: "test/unit/key/context-key.test.ts",
  },
  {
    what: "changes are not taken in before a hit is repeated",
    file: "src/daemon/memo.ts",
    find: "    this.#parts.watch.drain();\n",
    replace: "",
    test: "test/unit/daemon/memo.test.ts",
  },
  {
    what: "a tool that appears earlier on PATH is not noticed",
    file: "src/daemon/memo.ts",
    find: " && stillFound(finding)",
    replace: " && finding.path !== undefined",
    test: "test/unit/daemon/memo.test.ts",
  },
  {
    what: "a program that appears earlier on PATH is not noticed",
    file: "src/key/tool-search.ts",
    find: "if (known !== undefined && stillFound(known)) return known;",
    replace: "if (known !== undefined) return known;",
    test: "test/unit/key/tool-search.test.ts",
  },
  {
    what: "a path is held to lead to the file that it once led to",
    file: "src/watch/watched-tree.ts",
    find: "mark.identity = undefined;",
    replace: "",
    test: "test/unit/key/watched-states.test.ts",
  },
  {
    what: "a hit is repeated whatever the environment says",
    file: "src/daemon/memo.ts",
    find: "if (fitting.has(environment)) return true;",
    replace: "if (fitting !== undefined) return true;",
    test: "test/unit/daemon/memo.test.ts",
  },
  {
    what: "what is written into followed files is not announced",
    file: "src/watch/watched-tree.ts",
    find: "const CONTENT = EVENT.modify | EVENT.closeWrite |",
    replace: "const CONTENT =",
    test: "test/unit/watch/path-watch.test.ts",
  },
  {
    what: "what is below a changed directory is taken for unchanged",
    file: "src/watch/watched-tree.ts",
    find: "    if (node.kids !== undefined) for (const kid of node.kids.values()) this.raiseBelow(kid);\n",
    replace: "",
    test: "test/unit/watch/path-watch.test.ts",
  },
  {
    what: "symbolic links on the way are no steps",
    file: "src/watch/resolve.ts",
    find: 'kid.kind !== "directory" || walk.keepsDirectories || isLast',
    replace: 'kid.kind === "absent" || isLast',
    test: "test/unit/watch/path-watch.test.ts",
  },
  {
    what: "variables that were absent are forgotten",
    file: "src/key/environment.ts",
    find: "hashOf(name, environment.get(name), remap) === valueHash ||",
    replace: "valueHash === undefined || hashOf(name, environment.get(name), remap) === valueHash ||",
    test: "test/unit/key/environment.test.ts",
  },
  {
    what: "a tool that a trial found out is trusted by the next daemon",
    file: "src/daemon/tools.ts",
    find: 'kept?.kind === "untraceable" ? kept.reason : undefined',
    replace: "undefined",
    test: "test/unit/daemon/tools.test.ts",
  },
  {
    what: "another PATH is taken for the same",
    file: "src/key/programs.ts",
    find: 'condition.valueHash.endsWith(found(names, place, tools)) ? "same-programs" : "no"',
    replace: '"same-programs"',
    test: "test/unit/key/programs.test.ts",
  },
  {
    what: "what an archive held before is no part of the key",
    file: "src/key/context-key.ts",
    find: "if (context.before.length > 0) list(hasher, context.before);",
    replace: "",
    test: "test/unit/key/context-key.test.ts",
  },
  {
    what: "a tree is shared though its path shows",
    file: "src/key/remap.ts",
    find: "(?=$|[/,:;=])",
    replace: "",
    test: "test/unit/key/remap.test.ts",
  },
  {
    what: "verdicts of another tracer count",
    file: "src/daemon/tracer-verdicts.ts",
    find: " || content.data.tracer !== tracer",
    replace: "",
    test: "test/unit/daemon/tracer-verdicts.test.ts",
  },
  {
    what: "verification takes the index's word for what is in an object",
    file: "src/daemon/compare-result.ts",
    find: ".digest === actual.digest",
    replace: ".digest === stored.digest",
    test: "test/unit/daemon/compare-result.test.ts",
  },
  {
    what: "verification does not look at contents",
    file: "src/daemon/compare-result.ts",
    find: "  if (!same) {",
    replace: "  if (!same && actual.size < 0) {",
    test: "test/unit/daemon/compare-result.test.ts",
  },
  {
    what: "the share of verified hits is part of what a result depends on",
    file: "src/key/environment.ts",
    find: '  ZCCACHE_VERIFY: "decides who makes the result, not what it is",\n',
    replace: "",
    test: "test/unit/key/environment.test.ts",
  },
  {
    what: "an interface of a module is written through a link that clang may have replaced",
    file: "src/deliver/destination.ts",
    find: '  if (place !== path) return "it is a link";\n  const isAsNew',
    replace: "  const isAsNew",
    test: "test/unit/deliver/destination.test.ts",
  },
];
