// The trial of a tool: a small compile in a folder of its own, which the witness watches beside the tracer. It is a run
// of its own, never the caller's: under ptrace that one would take its signals and stops another way, and a witness that
// dies would take it along.

import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { type RawText, rawFromString, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { SelfImage } from "../sys/self-image.ts";
import { createTraceBuffer } from "./buffer.ts";
import { missedLooks } from "./missed-looks.ts";
import { readRecords } from "./read-records.ts";
import { type Witnessed, witness } from "./witness.ts";

/** What a trial showed. `untried`: nothing about the tool, because the trial could not be held. */
export type TrialVerdict =
  | { readonly kind: "traced" /** Looks that were compared. */; readonly looks: number }
  | { readonly kind: "untraceable"; readonly reason: string }
  | { readonly kind: "untried"; readonly reason: string };

/** Where and how a trial is held. */
export type TrialPlace = {
  /** Unpacked tracer. */
  readonly library: RawText;
  /** An existing directory, in which a folder "trial-<our pid>-…" is made and removed again. */
  readonly directory: RawText;
  /** Our own executable, which stands in for tools along the caller's PATH. */
  readonly self: SelfImage;
  /** Of the caller: where programs and libraries are looked for. Nothing else is handed on. */
  readonly variable: (name: RawText) => RawText | undefined;
};

/** Ten times of what a loaded machine needs. */
const LIMIT_MS = 20_000;

/**
 * Compiles a few lines with `tool` and compares what the kernel was asked for with what the tracer recorded. No file
 * outside of the folder is written.
 * @param tool Absolute path of a compiler driver. A script is not tried, it may do more than to compile.
 * @throws {ZccacheError} `SYSTEM_CALL`, or a system error of node:fs, when there is no room for a trial.
 */
export async function holdTrial(tool: RawText, place: TrialPlace): Promise<TrialVerdict> {
  const [program, library, directory] = [tool, place.library, place.directory].map(spawnable);
  if (program === undefined || library === undefined || directory === undefined) return untried("a name of odd bytes");
  if (isScript(tool)) return untried("a script");
  const folder = realpathSync(mkdtempSync(`${directory}/trial-${process.pid}-`));
  using buffer = createTraceBuffer(undefined, place.self);
  try {
    writeSources(folder);
    const environment = { ...environmentFor(folder, place), LD_PRELOAD: library, ZCC_TRACE: buffer.path };
    const command = [program, ...ARGUMENTS];
    const witnessed = await witness({ library, command, cwd: folder, environment }, LIMIT_MS);
    if (witnessed === undefined) return untried("the trial took too long");
    return judge(witnessed, readRecords(buffer.read()), rawFromString(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder that is passed over, one with a header, a header that is nowhere, and a file that the assembler reads. */
const ARGUMENTS = ["-Ifirst", "-Isecond", "-c", "trial.c", "-o", "trial.o"];

const SOURCE = `#include "here.h"
#ifdef __has_include
#if __has_include("nowhere.h")
#error it is there
#endif
#endif
__asm__(".incbin \\"data.bin\\"");
int trial = HERE;
`;

function writeSources(folder: string): void {
  for (const name of ["first", "second", "temporary"]) mkdirSync(`${folder}/${name}`);
  writeFileSync(`${folder}/trial.c`, SOURCE);
  writeFileSync(`${folder}/second/here.h`, "#define HERE 1\n");
  writeFileSync(`${folder}/data.bin`, "data");
}

/** Little, as variables can make a compiler write elsewhere (DEPENDENCIES_OUTPUT) or start other programs. */
function environmentFor(folder: string, { variable }: TrialPlace): Record<string, string> {
  const environment: Record<string, string> = { LC_ALL: "C", TMPDIR: `${folder}/temporary` };
  for (const name of ["PATH", "LD_LIBRARY_PATH"]) {
    // An empty or relative member would have the loader search the folder of the trial.
    const members = variable(name)?.split(":") ?? [];
    const absolute = members.map((member) => (member.startsWith("/") ? spawnable(member) : undefined));
    const kept = absolute.filter((member) => member !== undefined);
    if (kept.length > 0) environment[name] = kept.join(":");
  }
  return environment;
}

function judge(witnessed: readonly Witnessed[], trace: ReturnType<typeof readRecords>, folder: RawText): TrialVerdict {
  const refused = witnessed.find(({ act }) => act === "refused");
  if (refused !== undefined) return untried(`ptrace is not permitted (${errnoName(refused.error)})`);
  if (trace.damage !== undefined) return untried(trace.damage);
  const looks = witnessed.filter(({ path }) => path.startsWith(`${folder}/`));
  const [missed, ...others] = missedLooks(witnessed, trace.records, { folder, resolve });
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  if (missed !== undefined) return { kind: "untraceable", reason: `a trial showed unseen work: ${missed}${more}` };
  const compiled = looks.some(({ act, error, path }) => act === "open" && error === 0 && path.endsWith("/trial.c"));
  return compiled ? { kind: "traced", looks: looks.length } : untried("it would not compile the trial's source");
}

function untried(reason: string): TrialVerdict {
  return { kind: "untried", reason };
}

function resolve(path: RawText): RawText {
  try {
    return realpathSync(fsPath(path), "latin1");
  } catch {
    return path; // whatever the system says about it: nothing is known under another name
  }
}

/** Text as Bun.spawn takes it, which encodes it as UTF-8; undefined if the bytes are no UTF-8. */
function spawnable(text: RawText): string | undefined {
  const shown = showRaw(text);
  return rawFromString(shown) === text ? shown : undefined;
}

function isScript(path: RawText): boolean {
  const file = openSync(fsPath(path), "r");
  try {
    const head = Buffer.alloc(2);
    return readSync(file, head, 0, head.length, 0) === 2 && head.toString("latin1") === "#!";
  } finally {
    closeSync(file);
  }
}

function errnoName(error: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === error)?.[0] ?? `errno ${error}`;
}
