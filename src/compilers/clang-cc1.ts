// `clang -cc1 …`: the front end's own command line, as the driver writes it and some build systems do. The whole line
// and the working directory enter the key, so that only inputs, outputs and what must not be cached have to be known.

import { NATIVE_CPU, type Plan, type PlannedOutput, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { readFrontEndLine, timesOfFrontEnd } from "./clang-particulars.ts";
import { isStream, opensCallerStream } from "./default-outputs.ts";
import { draftOf } from "./draft.ts";
import { languageOf } from "./languages.ts";

/** Plans a line that begins with -cc1. Side outputs that it names are known from the trace. */
export function parseCc1(line: readonly RawText[]): Plan {
  const callerStream = line.find(opensCallerStream);
  if (callerStream !== undefined) return refuse("caller-stream", showRaw(callerStream));
  const readings = readFrontEndLine(line.slice(1));
  const draft = draftOf(readings);
  const [refusal] = draft.refusals;
  if (refusal !== undefined) return refusal;
  // Without an action the front end only looks at the syntax.
  if (!draft.compiles) return refuse("syntax-only", "no -emit-obj");
  const [source, second] = draft.sources;
  if (source === undefined) return refuse("no-source", "no input");
  if (second !== undefined) return refuse("many-sources", `${showRaw(source.path)} ${showRaw(second.path)}`);
  const language = languageOf(source.path, source.language);
  if ("reason" in language) return language;
  const [object, other] = draft.objects;
  if (object === undefined || other !== undefined) return refuse("output-kind", "not exactly one -o");
  const outputs: PlannedOutput[] = [{ role: "object", path: object }];
  if (draft.depfile !== undefined) outputs.push({ role: "depfile", path: draft.depfile });
  const stream = outputs.find(({ path }) => isStream(path) || path === "-" || path === "");
  if (stream !== undefined) return refuse("output-to-stdout", showRaw(stream.path));
  if (object === draft.depfile) return refuse("output-kind", "object and depfile have the same name");
  return {
    kind: "compile",
    source: source.path,
    keyArguments: [...(draft.native ? [NATIVE_CPU] : []), ...line],
    outputs,
    sideOutputs: true,
    times: timesOfFrontEnd(readings),
    cwdInKey: true,
  };
}
