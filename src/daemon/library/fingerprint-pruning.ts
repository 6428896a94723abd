// Keeps fingerprint records from growing for ever: those that were not asked for in a month go, and the oldest of too
// many. Who asks for one again is told to run.

import { promises } from "node:fs";
import { isErrno } from "../../core/errors.ts";
import type { RawText } from "../../core/raw-text.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { removeIfThere } from "../../sys/staged-file.ts";
import type { OneAtATime } from "./one-at-a-time.ts";

/** What is kept of records, a cache file with one set of filters each. */
export type RecordLimits = {
  readonly most: number;
  /** Since the last check or mark. */
  readonly ageMs: number;
};

/** A cache file seldom has more than a few sets of filters, a machine seldom a hundred cache files. */
export const RECORD_LIMITS: RecordLimits = { most: 1000, ageMs: 30 * 24 * 60 * 60 * 1000 };

/** What a record may consist of. First what allows a skip: a failure that was forgotten before it would be one. */
export const RECORD_SUFFIXES = ["done", "checked", "failed", "found"] as const;

/** A cache file that is being forgotten has this behind its directory's name. */
export const GONE = ".gone";

type OldRecord = { readonly directory: RawText; readonly name: string; readonly usedMs: number };

/**
 * Removes what is too much below `base`, in the turns of the directories.
 * @throws the system's error; what is left goes the next time.
 */
export async function pruneRecords(base: RawText, turns: OneAtATime, { most, ageMs }: RecordLimits): Promise<void> {
  const records: OldRecord[] = [];
  for (const name of await namesIn(base)) {
    const directory = `${base}/${name}`;
    if (name.endsWith(GONE)) await turns.run(directory.slice(0, -GONE.length), () => removeAll(directory));
    else records.push(...(await recordsIn(directory)));
  }
  records.sort((a, b) => b.usedMs - a.usedMs);
  const oldest = Date.now() - ageMs;
  for (const [at, record] of records.entries()) {
    if (at >= most || record.usedMs < oldest) await turns.run(record.directory, () => removeUnlessUsed(record));
  }
}

async function recordsIn(directory: RawText): Promise<OldRecord[]> {
  const used = new Map<string, number>();
  for (const file of await namesIn(directory)) {
    const name = file.slice(0, file.lastIndexOf("."));
    const { mtimeMs } = await promises.stat(fsPath(`${directory}/${file}`)).catch(() => ({ mtimeMs: 0 }));
    used.set(name, Math.max(used.get(name) ?? 0, mtimeMs));
  }
  return [...used].map(([name, usedMs]) => ({ directory, name, usedMs }));
}

async function removeUnlessUsed({ directory, name, usedMs }: OldRecord): Promise<void> {
  const now = (await recordsIn(directory)).find((record) => record.name === name);
  if (now === undefined || now.usedMs > usedMs) return;
  for (const suffix of RECORD_SUFFIXES) removeIfThere(`${directory}/${name}.${suffix}`);
  try {
    await promises.rmdir(fsPath(directory));
  } catch (error) {
    if (!isErrno(error, "ENOTEMPTY", "EEXIST")) throw error;
  }
}

/** Removes a directory with all that is in it, if it is there. */
export async function removeAll(directory: RawText): Promise<void> {
  await promises.rm(fsPath(directory), { recursive: true, force: true });
}

/** The names are ours, and ASCII. */
async function namesIn(directory: RawText): Promise<string[]> {
  try {
    return await promises.readdir(fsPath(directory));
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}
