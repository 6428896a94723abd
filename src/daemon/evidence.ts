// Both sides of a difference that verification found, for whoever looks into it:
//
//   verify/<time>-<result>/call.txt                       tool, directory, arguments, what differs; no variables
//   verify/<time>-<result>/{cached,fresh}/{stdout,stderr,exit-code}
//   verify/<time>-<result>/{cached,fresh}/<role>/<name>   outputs, as delivery would have made them
//
// so that `diff -r cached fresh` shows it all. The newest are kept: twenty at most, and one GB of them.

import { chmodSync, mkdirSync, promises, writeFileSync } from "node:fs";
import { isDepfile } from "../core/depfile.ts";
import { type Digest, type Entry, isSide, type ManifestRow, type StoredRole } from "../core/entry.ts";
import { describeError } from "../core/errors.ts";
import { baseName, type RawText, rawFromString, rawToBytes, showRaw } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import type { Store } from "../store/store.ts";
import { fsPath } from "../sys/fs-path.ts";
import { preparePrivateDirectory } from "../sys/private-directory.ts";
import { reflinkOrCopy } from "../sys/reflink-or-copy.ts";
import type { CompileCall } from "./call.ts";
import { exchangedDepfile, type FreshResult } from "./compare-result.ts";

/** A stored result, what the tool made instead, and in words where they differ. */
export type Difference = {
  readonly row: ManifestRow;
  readonly entry: Entry;
  readonly fresh: FreshResult;
  readonly differences: readonly string[];
};

/** What is said of the call. */
export type EvidencedCall = {
  readonly call: Pick<CompileCall, "tool" | "cwd" | "arguments" | "plan">;
  readonly context: Digest;
};

/** Where evidence goes, and where the cached side comes from. */
export type EvidencePlaces = { readonly evidence: RawText; readonly store: Pick<Store, "objectPath"> };

/** Keeps both sides. Never fails. @returns a clause for a log that says where they are, or why they are not. */
export async function keepEvidence(
  difference: Difference,
  { call, context }: EvidencedCall,
  places: EvidencePlaces,
): Promise<string> {
  const name = `${new Date().toISOString().replaceAll(/[:-]/g, "")}-${difference.row.resultKey.slice(0, 16)}`;
  const directory = `${places.evidence}/${name}`;
  try {
    preparePrivateDirectory(places.evidence, { tighten: true });
    mkdirSync(fsPath(directory), { mode: 0o700 });
    writeFile(`${directory}/call.txt`, describeCall(difference, call, context));
    await keepFresh(difference.fresh, call, `${directory}/fresh`);
    await keepCached(difference, call, { store: places.store, directory: `${directory}/cached` });
    await keepNewest(places.evidence);
    return `both are kept in ${showRaw(directory)}`;
  } catch (error) {
    return `they could not be kept: ${describeError(error)}`;
  }
}

function describeCall({ row, differences }: Difference, call: EvidencedCall["call"], context: string): RawText {
  const lines = [
    "A cached result and a fresh one of the same call differ.",
    "",
    `zccache    ${VERSION}`,
    `time       ${new Date().toISOString()}`,
    `tool       ${showRaw(call.tool)}`,
    `directory  ${showRaw(call.cwd)}`,
    `context    ${context}`,
    `result     ${row.resultKey}`,
    "",
    "arguments",
    ...call.arguments.map((argument) => `  ${JSON.stringify(showRaw(argument))}`),
    "",
    "differences",
    ...differences.map((difference) => `  ${difference}`),
  ];
  return rawFromString(`${lines.join("\n")}\n`);
}

async function keepFresh(
  { outcome, outputs }: FreshResult,
  call: EvidencedCall["call"],
  directory: RawText,
): Promise<void> {
  keepStreams(outcome, directory);
  for (const { role, name, staged } of outputs) {
    const path = placeOf(role, isSide(role) ? name : undefined, { call, directory });
    await reflinkOrCopy(staged.path, path);
    chmodSync(fsPath(path), modeOf(staged));
  }
}

async function keepCached(
  { entry, fresh }: Difference,
  call: EvidencedCall["call"],
  { store, directory }: { store: Pick<Store, "objectPath">; directory: RawText },
): Promise<void> {
  keepStreams(entry, directory);
  for (const stored of entry.outputs) {
    const { role, name, digest } = stored;
    const path = placeOf(role, isSide(role) ? name : undefined, { call, directory });
    const target = fresh.outputs.find((output) => isDepfile(role) && output.role === role)?.name;
    const exchanged = exchangedDepfile(stored, store.objectPath(digest), target);
    if (exchanged === undefined) await reflinkOrCopy(store.objectPath(digest), path);
    else writeFile(path, exchanged);
    chmodSync(fsPath(path), modeOf(stored));
  }
}

type Streams = { readonly stdout: Uint8Array; readonly stderr: Uint8Array; readonly exitCode: number };

function keepStreams({ stdout, stderr, exitCode }: Streams, directory: RawText): void {
  mkdirSync(fsPath(directory), { mode: 0o700 });
  writeFileSync(fsPath(`${directory}/stdout`), stdout, { mode: 0o600 });
  writeFileSync(fsPath(`${directory}/stderr`), stderr, { mode: 0o600 });
  writeFile(`${directory}/exit-code`, `${exitCode}\n`);
}

/** `<role>/<name>`, with its directories made. The name of what the command line names is that of this call. */
function placeOf(
  role: StoredRole,
  sideName: RawText | undefined,
  { call, directory }: { call: EvidencedCall["call"]; directory: RawText },
): RawText {
  const planned = call.plan.outputs.find((output) => output.role === role);
  const path = `${directory}/${role}/${sideName ?? baseName(planned?.path ?? role)}`;
  mkdirSync(fsPath(path.slice(0, path.lastIndexOf("/"))), { recursive: true, mode: 0o700 });
  return path;
}

function modeOf({ executable }: { executable: boolean }): number {
  return executable ? 0o700 : 0o600;
}

function writeFile(path: RawText, content: RawText): void {
  writeFileSync(fsPath(path), rawToBytes(content), { mode: 0o600 });
}

const MOST_DIFFERENCES = 20;
const MOST_BYTES = 1e9;

/** Removes the oldest while there are too many or too much; the newest stays. Names begin with the time. */
async function keepNewest(evidence: RawText): Promise<void> {
  const newestFirst = (await promises.readdir(fsPath(evidence), "latin1")).sort().reverse();
  let bytes = 0;
  for (const [at, name] of newestFirst.entries()) {
    const path = fsPath(`${evidence}/${name}`);
    bytes += await sizeOf(`${evidence}/${name}`);
    if (at > 0 && (at >= MOST_DIFFERENCES || bytes > MOST_BYTES))
      await promises.rm(path, { recursive: true, force: true });
  }
}

/** Bytes of all files below a directory; of what vanishes meanwhile, 0. */
async function sizeOf(directory: RawText): Promise<number> {
  const names = await promises.readdir(fsPath(directory), { encoding: "latin1", recursive: true }).catch(() => []);
  const sizes = names.map(
    async (name) => (await promises.stat(fsPath(`${directory}/${name}`)).catch(() => undefined))?.size,
  );
  return (await Promise.all(sizes)).reduce<number>((sum, size = 0) => sum + size, 0);
}
