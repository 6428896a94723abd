// What workers do. Messages are flat objects of strings and numbers where they are many: these are cheapest to send; lists of paths are
// blocks joined by NUL, which no path holds.

import { describeError, type ErrorCode, ZccacheError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import { copyVerified, type VerifiedCopy } from "../deliver/copy-verified.ts";
import { digestFile, type FileReading } from "../key/digest-file.ts";
import { checkImage, type ImageOutcome } from "../store/depgraph-file.ts";
import { digestObject, type ObjectDigest } from "../store/digest-object.ts";
import { findTexts } from "../sys/find-texts.ts";
import { readTrace } from "../tracer/buffer.ts";
import { observationToText } from "../tracer/observation-text.ts";
import { observe } from "../tracer/observe.ts";
import { compareTree, lookAtTree, type TreeComparison, type TreeLook } from "./look-at-tree.ts";
import { type RecordsToValidate, type ValidRecords, validateRecords } from "./validate-records.ts";

/** Every job by name. */
export type Jobs = {
  /** Digests of files for keys: `FileReading`. */
  readonly hash: {
    readonly in: { readonly paths: RawText };
    readonly out: { readonly outcomes: string; readonly identities: string };
  };
  /** What the store keeps of a staged file. */
  readonly digest: { readonly in: { readonly path: RawText }; readonly out: ObjectDigest };
  /** What a trace says, read from the descriptor of its buffer, which threads share; see `observationToText`. */
  readonly observe: { readonly in: TraceInput; readonly out: { readonly observation: RawText } };
  /** Which texts stand in a file: `findTexts`. */
  readonly find: {
    readonly in: { readonly path: RawText; readonly texts: readonly RawText[] };
    readonly out: { readonly found: readonly boolean[] };
  };
  /** The files of a tree that are not known by their stamps. */
  readonly look: { readonly in: TreeLook; readonly out: ReturnType<typeof lookAtTree> };
  /** Whether a tree is what it was. */
  readonly compare: { readonly in: TreeComparison; readonly out: ReturnType<typeof compareTree> };
  /** What the file of a warm-start image is: `checkImage`. */
  readonly image: { readonly in: { readonly path: RawText }; readonly out: { readonly outcome: ImageOutcome } };
  /** Which records of a warm-start image still hold: `validateRecords`. */
  readonly validate: { readonly in: RecordsToValidate; readonly out: ValidRecords };
  /** Delivery of a large object. */
  readonly copy: { readonly in: VerifiedCopy; readonly out: { readonly shared: boolean } };
};

/** As `ObserveOptions`; widths are joined by blanks. */
export type TraceInput = {
  readonly fd: number;
  readonly cwd: RawText;
  readonly tool: RawText;
  readonly widths: string;
};

export type JobName = keyof Jobs;

/** A job on its way to a worker. */
export type JobRequest = {
  [Name in JobName]: { readonly id: number; readonly name: Name; readonly input: Jobs[Name]["in"] };
}[JobName];

/** What comes back. An error is sent as code and text, its causes being part of the text. */
export type JobReply =
  | { readonly id: number; readonly kind: "done"; readonly output: Jobs[JobName]["out"] }
  | { readonly id: number; readonly kind: "failed"; readonly code: ErrorCode; readonly message: string };

/** Does a job in this thread. Never throws. */
export function doJob(request: JobRequest): JobReply {
  const { id } = request;
  try {
    return { id, kind: "done", output: perform(request) };
  } catch (error) {
    const code = error instanceof ZccacheError ? error.code : "IO";
    return { id, kind: "failed", code, message: describeError(error) };
  }
}

function perform(request: JobRequest): Jobs[JobName]["out"] {
  switch (request.name) {
    case "hash":
      return digestFiles(request.input.paths.split("\0"));
    case "digest":
      return digestObject(request.input.path);
    case "observe":
      return { observation: observationToText(observeTrace(request.input)) };
    case "find":
      return { found: findTexts(request.input.path, request.input.texts) };
    case "look":
      return lookAtTree(request.input);
    case "compare":
      return compareTree(request.input);
    case "image":
      return { outcome: checkImage(request.input.path) };
    case "validate":
      return validateRecords(request.input);
    case "copy":
      return { shared: copyVerified(request.input) };
    default:
      return request satisfies never;
  }
}

function digestFiles(paths: readonly RawText[]): Jobs["hash"]["out"] {
  const readings = paths.map(digestFile);
  const joined = (part: keyof FileReading) => readings.map((reading) => reading[part]).join("\0");
  return { outcomes: joined("outcome"), identities: joined("identity") };
}

function observeTrace({ fd, cwd, tool, widths }: TraceInput): Observation {
  return observe(readTrace(fd), { cwd, tool, widths: widths === "" ? [] : widths.split(" ").map(Number) });
}
