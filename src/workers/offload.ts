// The pool as key/, store/ and deliver/ take it: plain functions.

import { ZccacheError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import type { VerifiedCopy } from "../deliver/copy-verified.ts";
import type { FileReading } from "../key/digest-file.ts";
import { digestObject, type ObjectDigest } from "../store/digest-object.ts";
import { findTexts } from "../sys/find-texts.ts";
import { turns } from "../sys/turn.ts";
import { observationFromText } from "../tracer/observation-text.ts";
import { type ObserveOptions, observeStepwise } from "../tracer/observe.ts";
import type { Pool } from "./pool.ts";

// Small batches keep all workers busy to the end; each costs a message of 11 µs.
const FILES_A_JOB = 32;

/** Digests of files in the order of `paths`, by all workers (`FileStatesOptions.hashFiles`). @throws `WORKER`. */
export function hashIn(pool: Pool): (paths: readonly RawText[]) => Promise<FileReading[]> {
  return async (paths) => {
    const jobs: Promise<{ outcomes: string; identities: string }>[] = [];
    for (let at = 0; at < paths.length; at += FILES_A_JOB) {
      jobs.push(pool.run("hash", { paths: paths.slice(at, at + FILES_A_JOB).join("\0") }));
    }
    return (await Promise.all(jobs)).flatMap(({ outcomes, identities }) => {
      const ofFiles = identities.split("\0");
      return outcomes.split("\0").map((outcome, index) => ({ outcome, identity: ofFiles[index] ?? "" }));
    });
  };
}

// 0.1 ms of hashing; a job takes as long of this thread, and twice that of the worker's.
const INLINE_BYTES = 64 << 10;

/** Digest of a staged object (`StoreOptions.digest`); done in this thread if it is small or the worker dies. */
export function digestIn(pool: Pool): (path: RawText, bytes: number) => Promise<ObjectDigest> {
  return async (path, bytes) => {
    if (bytes <= INLINE_BYTES) return digestObject(path);
    try {
      return await pool.run("digest", { path });
    } catch (error) {
      if (error instanceof ZccacheError && error.code === "WORKER") return digestObject(path);
      throw error;
    }
  };
}

/** Which texts stand in a staged file of so many bytes (`findTexts`). @throws the system's error, `WORKER`. */
export function findIn(
  pool: Pool,
): (path: RawText, bytes: number, texts: readonly RawText[]) => Promise<readonly boolean[]> {
  return async (path, bytes, texts) =>
    bytes <= INLINE_BYTES ? findTexts(path, texts) : (await pool.run("find", { path, texts })).found;
}

// A C++ file leaves 130 KB: a millisecond here, and with the way to a worker and back three.
const INLINE_TRACE_BYTES = 256 << 10;

/** A trace: what `TraceBuffer.read()` gave when the run had ended, and the descriptor of the buffer. */
export type Trace = { readonly bytes: Uint8Array; readonly fd: number };

/** What a trace says (`observe`), without keeping others waiting. Done in this thread if the worker dies. */
export function observeIn(pool: Pool): (trace: Trace, options: Required<ObserveOptions>) => Promise<Observation> {
  return async ({ bytes, fd }, options) => {
    const { cwd, tool, widths } = options;
    if (bytes.length <= INLINE_TRACE_BYTES) return await observeInTurns(bytes, options);
    try {
      const { observation } = await pool.run("observe", { fd, cwd, tool, widths: widths.join(" ") });
      if (turns.isLong) await turns.next("answer");
      return observationFromText(observation);
    } catch (error) {
      if (error instanceof ZccacheError && error.code === "WORKER") return await observeInTurns(bytes, options);
      throw error;
    }
  };
}

async function observeInTurns(bytes: Uint8Array, options: ObserveOptions): Promise<Observation> {
  const steps = observeStepwise(bytes, options);
  for (;;) {
    if (turns.isLong) await turns.next("answer");
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Copy of a large object (`DeliveryOptions.copyLarge`). @throws `STORE_CORRUPT`, `IO`, `WORKER`. */
export function copyIn(pool: Pool): (copy: VerifiedCopy) => Promise<boolean> {
  return async (copy) => (await pool.run("copy", copy)).shared;
}
