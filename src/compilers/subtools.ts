// Options that gcc hands on to the preprocessor (-Wp,…, -Xpreprocessor) and to the assembler (-Wa,…, -Xassembler).

import { type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";

/** What pieces for the preprocessor say. */
export type PreprocessorPieces = {
  /** In their order, without the depfile's name. */
  readonly key: readonly RawText[];
  readonly depfile: RawText | undefined;
};

/**
 * Reads the value of -Wp,… cut at its commas.
 * @returns `unknown-option` unless every piece is a joined -D, -U or -I, or belongs to -MD FILE, -MMD FILE, -MT TARGET,
 *   -MQ TARGET or -MP: the preprocessor is the compiler itself, which takes hundreds of options here.
 */
export function readPreprocessorPieces(pieces: readonly RawText[]): PreprocessorPieces | Refusal {
  const key: RawText[] = [];
  let depfile: RawText | undefined;
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at] ?? "";
    key.push(piece);
    if (piece === "-MP" || /^-[DUI]./s.test(piece)) continue;
    const value = pieces[++at];
    if (value === undefined) return refuse("unknown-option", `-Wp,${showRaw(piece)}`);
    if (piece === "-MT" || piece === "-MQ") key.push(value);
    else if ((piece === "-MD" || piece === "-MMD") && depfile === undefined) depfile = value;
    else return refuse("unknown-option", `-Wp,${showRaw(piece)}`);
  }
  return { key, depfile };
}

/** Pieces for the assembler that leave the working directory out of the object. */
const PLAIN_FOR_ASSEMBLER = new Set<RawText>([
  "--32",
  "--64",
  "--fatal-warnings",
  "--no-warn",
  "--noexecstack",
  "--warn",
  "-W",
]);

// as(1): -o moves the object, --statistics shows times; getopt_long_only takes one dash for two, and abbreviations.
const ODD_OUTPUT_OF_ASSEMBLER = /^(?:-o|--?st(?!r))/;
// Listings (-a…) and depfiles (--MD) of the assembler, and -M (MRI mode) along with --M.
const OUTPUT_OF_ASSEMBLER = /^--?(?:a(?!lternate)|M)/;

/** What a piece for the assembler does: nothing that shows, show the directory, name outputs, or a refusal. */
export function readAssemblerPiece(piece: RawText): "plain" | "shows-cwd" | "shows-names" | Refusal {
  if (ODD_OUTPUT_OF_ASSEMBLER.test(piece)) return refuse("dump-output", `-Wa,${showRaw(piece)}`);
  if (OUTPUT_OF_ASSEMBLER.test(piece)) return "shows-names";
  if (piece.startsWith("@")) return refuse("bad-response-file", `-Wa,${showRaw(piece)}`);
  return PLAIN_FOR_ASSEMBLER.has(piece) ? "plain" : "shows-cwd";
}
