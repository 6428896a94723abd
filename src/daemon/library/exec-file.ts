// A finished GenericToolExec becomes a result of the store: its outputs as objects, and a row that says which undeclared
// inputs have to be as they were.

import type { Dependency, ManifestRow } from "../../core/entry.ts";
import { ZccacheError } from "../../core/errors.ts";
import type { Look, Observation } from "../../core/observation.ts";
import type { Refusal } from "../../core/plan.ts";
import { absolutePath, type RawText, showRaw } from "../../core/raw-text.ts";
import { resultKey } from "../../key/context-key.ts";
import { dependenciesOf } from "../../key/dependencies.ts";
import { sameFilesCondition } from "../../key/places.ts";
import type { NewOutput } from "../../store/new-result.ts";
import { readRaw } from "../../sys/read-raw.ts";
import { realPathIfAny } from "../../sys/real-path.ts";
import { strangerAmongRemoved } from "../removed-files.ts";
import { inputsOf } from "../run-inputs.ts";
import type { Services } from "../services.ts";
import { discardOutputs } from "../stage-outputs.ts";
import { parseDepfile } from "./exec-depfile.ts";
import type { KeyedExec } from "./exec-key.ts";
import { alsoAtTimes, alsoFromHere } from "./exec-looks.ts";
import { modesCondition } from "./exec-modes.ts";
import { asNewOutput, outputsOf } from "./exec-outputs.ts";
import type { ExecRun } from "./exec-run.ts";
import { LARGEST_IN_REPLY, LARGEST_STORED } from "./exec-streams.ts";
import type { NotStored } from "./exec-tally.ts";

type Filing = Pick<Services, "files" | "findTexts" | "store" | "tracer">;
type Traced = ExecRun & { readonly trace: NonNullable<ExecRun["trace"]> };

/** Stores the result of a traced run, unless something speaks against it. @returns its row. @throws `STORE_WRITE`. */
export async function fileExec(run: Traced, keyed: KeyedExec, services: Filing): Promise<ManifestRow | NotStored> {
  const problem = problemOf(run, keyed);
  if (problem !== undefined) return problem;
  const staged = await stage(run, keyed, services);
  if ("reason" in staged) return staged;
  try {
    const row = (await tracerShows(run, staged, services)) ?? (await rowOf(run, keyed, services));
    if ("reason" in row) {
      discardOutputs(staged);
      return row;
    }
    await services.store.commit({ context: keyed.context, row, entry: entryOf(run, keyed, row), outputs: staged });
    return row;
  } catch (error) {
    discardOutputs(staged);
    throw error;
  }
}

/** What can be told before any output is copied. */
function problemOf({ end, trace }: Traced, { call, inKey, snapshot }: KeyedExec): NotStored | undefined {
  const { observation, lingering } = trace;
  if (end.signal !== undefined) return { reason: "tool-killed", detail: `signal ${end.signal}` };
  if (end.exitCode !== 0 && call.depfile !== undefined)
    return { reason: "depfile-unusable", detail: `exit code ${end.exitCode}` };
  if (lingering.length > 0) return { reason: "untraceable", detail: `processes outlive it: ${lingering.join(", ")}` };
  if (observation.incomplete !== undefined) return { reason: "untraceable", detail: observation.incomplete };
  const removed = strangerAmongRemoved(observation);
  if (removed !== undefined) return { reason: "removed-file", detail: showRaw(removed) };
  if (observation.usedNetwork) return { reason: "network", detail: "a socket was opened" };
  // Whoever declares outputs says by `non_deterministic` whether the date matters.
  if (call.findsOutputs && observation.usedDate)
    return { reason: "date", detail: "the local date or time was asked for" };
  const large = [call.streams.stdout && end.stdout.size, call.streams.stderr && end.stderr.size].find(isTooLarge);
  if (large !== undefined) return { reason: "output-too-large", detail: `a stream of ${large} bytes` };
  const changed = inKey.find((path) => !snapshot.held(path));
  return changed === undefined ? undefined : { reason: "input-changed", detail: showRaw(changed) };
}

function isTooLarge(size: number | false): size is number {
  return size !== false && size > LARGEST_STORED;
}

/** Private copies of all outputs, and of streams that are too large for the entry. */
async function stage(run: Traced, { call }: KeyedExec, { files, store }: Filing): Promise<NewOutput[] | NotStored> {
  const { observation, startedNs } = run.trace;
  const outputs = outputsOf(observation, call, { files, startedNs });
  if ("reason" in outputs) return outputs;
  const staged: NewOutput[] = [];
  try {
    for (const { name, place } of outputs) staged.push(asNewOutput(name, await store.stage(place)));
    for (const name of ["stdout", "stderr"] as const) {
      const stream = run.end[name];
      if (call.streams[name] && stream.size > LARGEST_IN_REPLY)
        staged.push(asNewOutput(name, await store.stage(stream.bytes())));
    }
  } catch (error) {
    discardOutputs(staged);
    if (error instanceof ZccacheError && error.code === "OUTPUT_CHANGED")
      return { reason: "output-kind", detail: error.message };
    throw error;
  }
  const bytes = staged.reduce((sum, output) => sum + output.staged.size, 0);
  if (store.fits(bytes)) return staged;
  discardOutputs(staged);
  return { reason: "output-too-large", detail: `${bytes} bytes` };
}

/** Tools that list their environment show by what they were traced, which no other run would. */
async function tracerShows(
  { end }: Traced,
  staged: readonly NewOutput[],
  { findTexts, tracer }: Filing,
): Promise<NotStored | undefined> {
  const texts = ["ZCC_TRACE", tracer.path()];
  const said = [end.stdout, end.stderr].some((stream) => {
    const bytes = Buffer.from(stream.bytes());
    return texts.some((text) => bytes.includes(text, 0, "latin1"));
  });
  if (said) return { reason: "shows-tracer", detail: "in a stream" };
  for (const { name = "", staged: file } of staged) {
    const found = await findTexts(file.path, file.size, texts).catch(() => [true]);
    if (found.includes(true)) return { reason: "shows-tracer", detail: showRaw(name) };
  }
  return undefined;
}

function entryOf({ end, millis }: Traced, { call }: KeyedExec, { layout }: ManifestRow) {
  const kept = (name: "stdout" | "stderr") =>
    call.streams[name] && end[name].size <= LARGEST_IN_REPLY ? end[name].bytes() : new Uint8Array();
  return { layout, stdout: kept("stdout"), stderr: kept("stderr"), exitCode: end.exitCode, millis };
}

/** The conditions under which the result holds, beside what is in the key. */
async function rowOf(run: Traced, keyed: KeyedExec, { files }: Filing): Promise<ManifestRow | NotStored> {
  const { call, context, snapshot } = keyed;
  const { cwd } = call;
  const listed = depfileLooks(keyed);
  if ("reason" in listed) return listed;
  const { startedNs, startedMs } = run.trace;
  const seen = [...looksOf(run.trace.observation, keyed, files), ...listed];
  const here = call.cwdInKey ? seen : alsoFromHere(seen, cwd);
  const looks = call.findsOutputs ? alsoAtTimes(here) : here;
  const dependencies = await dependenciesOf(looks, files, { startedNs, startedMs, before: snapshot, cwd });
  if (isRefusal(dependencies)) return { reason: dependencies.reason, detail: dependencies.detail };
  const others = [
    sameFilesCondition(dependencies, cwd, files),
    call.findsOutputs ? modesCondition(dependencies, cwd) : undefined,
  ];
  const conditions: Omit<ManifestRow, "resultKey"> = {
    dependencies,
    environment: others.filter((condition) => condition !== undefined),
    // All variables are in the key.
    wholeEnvironment: undefined,
    layout: "split",
  };
  return { ...conditions, resultKey: resultKey(context, conditions) };
}

function isRefusal(found: Dependency[] | Refusal): found is Refusal {
  return "reason" in found;
}

function looksOf(observation: Observation, { call, plan }: KeyedExec, files: Services["files"]): readonly Look[] {
  const { tool, cwd, toolHash } = call;
  const inputs = inputsOf(observation, { cwd, plan, responseFiles: new Map() }, files);
  return toolHash === undefined ? inputs : inputs.filter(({ path }) => !isTool(absolutePath(path, cwd), tool));
}

/** The caller says by `tool_hash` what the tool is. */
function isTool(path: RawText, tool: RawText): boolean {
  return path === tool || realPathIfAny(tool) === path;
}

/** What the depfile lists are inputs like those that the trace shows, whoever reads them. */
function depfileLooks({ call: { depfile, cwd } }: KeyedExec): readonly Look[] | NotStored {
  if (depfile === undefined) return [];
  const listed = parseDepfile(readRaw(absolutePath(depfile, cwd)));
  if (listed === undefined) return { reason: "depfile-unusable", detail: "it is no depfile" };
  return listed.map((path) => ({ path, aspect: "content", found: true }));
}
