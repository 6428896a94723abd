// A driver's command line that ends in a link: objects, archives and sources to a program or a shared library. What the
// linker reads, and what it looks for in vain, is found by the trace; here are the names of outputs and what may show.

import { isPlainTarget } from "../core/depfile.ts";
import { type Plan, type PlannedOutput, type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { isStream } from "./default-outputs.ts";
import type { Draft } from "./draft.ts";
import { languageOf, type MoreLanguages } from "./languages.ts";
import { LINK_TIME_COMPILERS, type LinkerLine, readLinkerLine } from "./linker-line.ts";

/** The plan of a link by a driver. @param line The whole command line, response files expanded. */
export function planLink(draft: Draft, line: readonly RawText[], languages?: MoreLanguages): Plan {
  const linker = readLinkerLine(draft.linkerPieces);
  if ("reason" in linker) return linker;
  const [first] = draft.sources;
  if (first === undefined) return refuse("no-source", "no input");
  if (linker.outputs.length > 0) return refuse("unsupported-option", "-o for the linker alone");
  const responseFile = draft.linkerPieces.find((piece) => piece.startsWith("@"));
  if (responseFile !== undefined) return refuse("bad-response-file", `-Wl,${showRaw(responseFile)}`);
  const compiled = draft.sources.some(({ path, language }) => !("reason" in languageOf(path, language, languages)));
  return planOutput(draft.objects, linker, {
    compiles: compiled,
    source: draft.sources.some(({ path }) => path === "-") ? "-" : first.path,
    key: draft.showsLine ? line : draft.key,
    showsNames: namesMayShow(draft, linker),
    showsCwd: draft.showsCwd || showsSources(draft, languages),
  });
}

/** What a command line says beside its linker's own arguments. */
export type LinkLine = {
  readonly source: RawText;
  /** As `CompilePlan.compiles`. */
  readonly compiles?: boolean;
  readonly key: readonly RawText[];
  readonly showsNames: boolean;
  readonly showsCwd: boolean;
};

/** The plan of a link. @param names Values of -o, of which the first counts. */
export function planOutput(names: readonly RawText[], linker: LinkerLine, line: LinkLine): Plan {
  const [name = DEFAULT_OUTPUT] = names;
  const outputs = outputsOf({ path: name, ...(names.length === 0 ? { implied: true } : {}) }, linker);
  if ("reason" in outputs) return outputs;
  // In a depfile the name can be exchanged if it is plain.
  const namesShow = line.showsNames || (linker.depfiles.length > 0 && !isPlainTarget(name));
  return {
    kind: "compile",
    source: line.source,
    keyArguments: [
      LINKED,
      ...(name === DISCARDED ? [DISCARDED] : []),
      ...(namesShow ? [NAMES, name] : []),
      ...line.key,
    ],
    outputs,
    sideOutputs: namesShow,
    cwdInKey: namesShow || line.showsCwd,
    configuredBy: LINK_TIME_COMPILERS,
    ...(line.compiles ? { compiles: true } : {}),
    ...(linker.warning === undefined ? {} : { warning: linker.warning }),
  };
}

/** What every linker calls its output unless told otherwise (ld(1), -o). */
const DEFAULT_OUTPUT = "a.out";
const DISCARDED = "/dev/null";

// Heads of the key arguments of a link. No argument that a plan is made of can stand there: they are no options.
const LINKED = "linked";
const NAMES = "output-names";

/**
 * The output of a link, none if it is thrown away, and its depfile, whose target is the output as it is spelled. Refuses
 * descriptors of the caller.
 */
function outputsOf(primary: Omit<PlannedOutput, "role">, linker: LinkerLine): readonly PlannedOutput[] | Refusal {
  const { path: name } = primary;
  if (isStream(name)) return refuse("output-to-stdout", showRaw(name));
  if (name === "") return refuse("output-kind", "an output without a name");
  const [depfile, second] = linker.depfiles;
  if (second !== undefined) return refuse("unsupported-option", "more than one --dependency-file");
  return [
    ...(name === DISCARDED ? [] : [{ role: "object", ...primary } as const]),
    ...(depfile === undefined ? [] : [{ role: "link-depfile", path: depfile, target: name } as const]),
  ];
}

/** Depfiles and what else a compiler makes beside objects are named after the program. */
function namesMayShow(draft: Draft, linker: LinkerLine): boolean {
  return draft.showsNames || linker.showsNames || draft.depends || draft.preprocessorDepfiles.length > 0;
}

/** Objects have no more to say about directories; of sources on the line the same holds as without a link. */
function showsSources({ sources, debugs }: Draft, languages?: MoreLanguages): boolean {
  return sources.some(({ path, language: named }) => {
    const language = languageOf(path, named, languages);
    return !("reason" in language) && (debugs || language.assembly);
  });
}
