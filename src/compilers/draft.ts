// What is understood of a compiler's command line, option by option in order; made into a plan by driver.ts and
// clang-cc1.ts.

import { type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { BY_NAME } from "./languages.ts";
import type { OptionAct, OptionRow, Reading } from "./options.ts";
import { readAssemblerPiece, readPreprocessorPieces } from "./subtools.ts";

// An earlier end of the driver's work goes before a later one (gcc(1), "Overall Options").
const PURPOSES = ["link", "object", "assembly", "syntax", "preprocess", "dependencies"] as const;

/** What a call is for. */
export type Purpose = (typeof PURPOSES)[number];

/** What a command line says; every list is in its order. */
export type Draft = {
  /** Arguments for the key, names of outputs left out. */
  readonly key: RawText[];
  readonly refusals: Refusal[];
  readonly sources: { readonly path: RawText; readonly language: RawText }[];
  /** Values of -o. */
  readonly objects: RawText[];
  /** Names of depfiles: of the last -MF, and of each -Wp,-MD or -Wp,-MMD. */
  depfile: RawText | undefined;
  readonly preprocessorDepfiles: RawText[];
  /** What is handed to the linker. */
  readonly linkerPieces: RawText[];
  /** -c was given. */
  compiles: boolean;
  /** What is asked for; of several options the one that ends earliest counts. */
  purpose: Purpose;
  /** -MD or -MMD was given. */
  depends: boolean;
  /** -MT or -MQ was given, so that the object's name does not stand in the depfile. */
  namesTarget: boolean;
  /** Language of the next operand. */
  language: RawText;
  /** The last -g… asked for debug information. */
  debugs: boolean;
  showsCwd: boolean;
  /** Names of outputs show, or further outputs are named after them. */
  showsNames: boolean;
  showsLine: boolean;
  /** Code is generated for the processor that the compiler runs on. */
  native: boolean;
};

/** What the pieces of a command line say together. */
export function draftOf(readings: readonly Reading[]): Draft {
  const draft = emptyDraft();
  for (const reading of readings) addReading(draft, reading);
  return draft;
}

function emptyDraft(): Draft {
  return {
    key: [],
    refusals: [],
    sources: [],
    objects: [],
    depfile: undefined,
    preprocessorDepfiles: [],
    linkerPieces: [],
    compiles: false,
    purpose: "link",
    depends: false,
    namesTarget: false,
    language: BY_NAME,
    debugs: false,
    showsCwd: false,
    showsNames: false,
    showsLine: false,
    native: false,
  };
}

/** Takes in the next piece. */
function addReading(draft: Draft, reading: Reading): void {
  const [first] = reading.spelled;
  switch (reading.kind) {
    case "operand":
      draft.sources.push({ path: first, language: draft.language });
      draft.key.push(first);
      return;
    case "missing-value":
      draft.refusals.push(refuse("missing-value", showRaw(first)));
      return;
    case "unknown":
      draft.refusals.push(refuse("unknown-option", showRaw(first)));
      return;
    case "option":
      addOption(draft, reading);
      return;
    default:
      reading satisfies never;
  }
}

type ReadOption = Extract<Reading, { kind: "option" }>;

function addOption(draft: Draft, option: ReadOption): void {
  const { row, value = "", spelled } = option;
  if (row.when?.test(value) ?? true) {
    if (row.refuse !== undefined) draft.refusals.push(refuse(row.refuse, showRaw(spelled.join(" "))));
    if (row.shows !== undefined) draft.showsCwd = true;
    if (row.shows === "names" || row.shows === "line") draft.showsNames = true;
    if (row.shows === "line") draft.showsLine = true;
  }
  draft.key.push(...(row.act === undefined ? spelled : act(draft, row.act, option)));
}

/** Does what a row says and returns what of the option belongs to the key. */
function act(draft: Draft, name: OptionAct, { row, value = "", spelled }: ReadOption): readonly RawText[] {
  switch (name) {
    case "assembler":
      addAssemblerPieces(draft, piecesOf(row, value));
      return spelled;
    case "assembly":
    case "dependencies":
    case "preprocess":
    case "syntax":
      stopAt(draft, name);
      return spelled;
    case "compile":
      draft.compiles = true;
      stopAt(draft, "object");
      return spelled;
    case "debug":
    case "no-debug":
      draft.debugs = name === "debug";
      return spelled;
    case "depend":
      draft.depends = true;
      return spelled;
    case "depend-target":
      draft.namesTarget = true;
      return spelled;
    case "language":
      draft.language = value;
      return spelled;
    case "linker":
      draft.linkerPieces.push(...piecesOf(row, value));
      return spelled;
    case "name-depfile":
      draft.depfile = value;
      // The bare name stays: -MF without -MD is an error of gcc, and must not find the result of a good call.
      return [row.name];
    case "name-object":
      draft.objects.push(value);
      return [];
    case "preprocessor":
      return addPreprocessorPieces(draft, piecesOf(row, value));
    case "processor":
      draft.native ||= value === "native";
      return spelled;
    default:
      return name satisfies never;
  }
}

function stopAt(draft: Draft, purpose: Purpose): void {
  if (PURPOSES.indexOf(purpose) > PURPOSES.indexOf(draft.purpose)) draft.purpose = purpose;
}

/** -Wp,A,B, -Wa,A,B and -Wl,A,B carry several pieces, -Xpreprocessor and the like one as it is. */
function piecesOf(row: OptionRow, value: RawText): readonly RawText[] {
  return row.name.endsWith(",") ? value.split(",") : [value];
}

function addAssemblerPieces(draft: Draft, pieces: readonly RawText[]): void {
  for (const piece of pieces) {
    const meaning = readAssemblerPiece(piece);
    if (meaning === "shows-cwd") draft.showsCwd = true;
    else if (meaning === "shows-names") draft.showsNames = true;
    else if (meaning !== "plain") draft.refusals.push(meaning);
  }
}

function addPreprocessorPieces(draft: Draft, pieces: readonly RawText[]): readonly RawText[] {
  const read = readPreprocessorPieces(pieces);
  if ("reason" in read) {
    draft.refusals.push(read);
    return [];
  }
  if (read.depfile !== undefined) draft.preprocessorDepfiles.push(read.depfile);
  return read.key.map((piece) => `-Wp,${piece}`);
}
