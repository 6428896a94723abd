// What a command line means to the cache. Parsers (compilers/) produce plans; key/, deliver/ and daemon/ act on them.

import type { RawText } from "./raw-text.ts";
import type { RefusalReason } from "./refusal-reasons.ts";

/** A call that the cache leaves alone: the real tool runs as if zccache were not there. */
export type Refusal = {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** What exactly was met, e.g. the option; for `status --json` and logs. */
  readonly detail: string;
  /** True if it is the call of a linker, an archiver or the like. */
  readonly link?: boolean;
};

/** Shorthand for making a refusal. */
export function refuse(reason: RefusalReason, detail: string): Refusal {
  return { kind: "refused", reason, detail };
}

/**
 * Part that a file named on the command line plays: `object` and `direct` are primary outputs, `depfile` make-style
 * dependencies. An object is what assemblers and linkers make, anew if an old one has content; `direct` (assembly,
 * preprocessed text, precompiled headers, archives) and depfiles are written over what is there. `link-depfile` is what
 * linkers make of --dependency-file, `crate-depfile` what rustc makes of --emit=dep-info.
 */
export type OutputRole = "object" | "direct" | "depfile" | "link-depfile" | "crate-depfile";

/** A file that the command line says will be written. */
export type PlannedOutput = {
  readonly role: OutputRole;
  /** As spelled; relative to the call's working directory. */
  readonly path: RawText;
  /**
   * Of a depfile: name of the target that stands in it by default and is not in the key, so that the stored depfile is
   * rewritten for it. Of a `crate-depfile`: the plan's `root`.
   */
  readonly target?: RawText;
  /** True if the command line does not name it: it is what the tool makes unless told otherwise (`a.out`). */
  readonly implied?: true;
};

/**
 * Stands in the key arguments of a plan whose code generation depends on the processor that the compiler runs on
 * (-march=native): the key then has the processor's identity. No argument can be it: it is no option.
 */
export const NATIVE_CPU = "cpu:native";

/** Which times of files matter to a result, beside their contents. */
export type ComparedTimes = {
  /** Names of files that hold the times of others. */
  readonly records: RegExp;
  /** Times matter if a file of such a name was read; or as one is named; or they get into an output, which is such a record. */
  readonly use: "if-read" | "read" | "recorded";
};

/** The beginning of paths that a tool replaces by another one in what it makes, both as spelled. */
export type ReplacedPath = { readonly from: RawText; readonly to: RawText };

/** Inputs to what is made of them: objects, assembly, preprocessed text, dependencies, programs, libraries, messages. */
export type CompilePlan = {
  readonly kind: "compile";
  /** The first one as spelled; `-` if standard input is among them. */
  readonly source: RawText;
  /**
   * Everything of the command line that may show in an output, in its order, response files expanded. Names of outputs
   * are left out unless they show in the bytes of an output.
   */
  readonly keyArguments: readonly RawText[];
  /** Primary output first. None where all goes to standard output or nothing is made. */
  readonly outputs: readonly PlannedOutput[];
  /**
   * True if whatever can name or place further outputs is in the key, so that files which only the run shows may be
   * stored. They are found again relative to the primary output or the working directory.
   */
  readonly sideOutputs: boolean;
  /**
   * A path that the command line names, in the key. Where no output is planned, those that only the run shows are found
   * again relative to its directory, too.
   */
  readonly beside?: RawText;
  /**
   * Set if the tool makes files under temporary names and renames them, so that a file that was there never stays: what
   * has the role `object` and side outputs of such names. Others it writes over what is there.
   */
  readonly renamed?: RegExp;
  /** Names of those that the tool removes and then writes where they stay: new ones as well, though nothing was renamed. */
  readonly removedFirst?: RegExp;
  /**
   * Names of outputs that some versions of the tool write over and others rename to. What is there decides then whether
   * they are delivered: where it would make a difference, the tool has to do it.
   */
  readonly writtenEitherWay?: RegExp;
  /**
   * Names of files that can add options which the command line does not show (clang's configuration files). The result of
   * a run that read one holds for the same arguments in the same directory only.
   */
  readonly configuredBy?: RegExp;
  /** Set if the tool may compare times of files with recorded ones. */
  readonly times?: ComparedTimes;
  /** True if the working directory may show in an output (`-g`, LTO …), so that it belongs to the key. */
  readonly cwdInKey: boolean;
  /** True for linkers, archivers and the like. They are counted apart. */
  readonly link?: boolean;
  /** True for a link that compiles sources as well. Build tools remove those as soon as the caller has left (configure). */
  readonly compiles?: boolean;
  /** Files as they were before the run: the tool changes them, so that what was in them is part of the key. */
  readonly previous?: readonly RawText[];
  /**
   * Of a plan with `previous`: true if the tool, run again over what it has just made, makes the same again (`strip`).
   * `ar q` adds members a second time: it is cached only where there was no file, and never finds one of ours.
   */
  readonly repeatable?: boolean;
  /** Files whose mode, owner and time of last change get into an output (`ar U`): these are part of the key. */
  readonly attributes?: readonly RawText[];
  /** Set if the result should not hold times and owners, but does where the tool was built to keep them (`ar` without D). */
  readonly timeless?: boolean;
  /**
   * True if the tool removes a file that has the name of an object or a library, or renames another one over it, though it
   * has other hard links. It fails where that is read-only.
   */
  readonly unlinks?: boolean;
  /**
   * Names of outputs that no tool writes to once they are made. Whoever asks for it (`ZCCACHE_HARDLINK`) gets them as
   * further names of the cache's own files.
   */
  readonly neverRewritten?: RegExp;
  /**
   * Beginning of the paths below which the tool keeps what speeds up its next run. Nothing there is an output. A run that
   * found something there is not cached: its outputs may be made otherwise than without, though they mean the same.
   */
  readonly scratch?: RawText;
  /**
   * Directories that are listed to find crates by the names which other crates know them by, hash included. What else is
   * listed there does not matter.
   */
  readonly crateDirectories?: readonly RawText[];
  /**
   * Directory of one build, absolute and of plain characters. What lies below it is named from there in keys and
   * conditions, so that builds in other directories share results in which it does not show.
   */
  readonly root?: RawText;
  readonly replaced?: readonly ReplacedPath[];
  /**
   * Of a plan with `root`, how the working directory may show in what is made: `as-text`, so that it is found there;
   * `unless-replaced`, perhaps packed or hashed unless `replaced` has it. Absent: it is in the key anyhow.
   */
  readonly directoryShows?: "always" | "as-text" | "unless-replaced";
  /** Names of variables that matter though the tool may read them without being seen. */
  readonly variables?: RegExp;
  /** Why two runs of the tool may differ; the result is cached all the same, and `status` counts it. */
  readonly warning?: string;
};

/** What a parser makes of a command line. */
export type Plan = CompilePlan | Refusal;
