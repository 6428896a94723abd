// What a command line means to the cache. Parsers (compilers/) produce plans; key/, deliver/ and daemon/ act on them.

import type { RawText } from "./raw-text.ts";

/** Why a call is run as it is. Every reason has a counter and is shown by `zccache status`. */
export type RefusalReason =
  | "archive-operation" // ar is asked for something else than to add members (x, t, d, p, m)
  | "archive-times" // the archiver stored times and owners that are not in the key
  | "assembly-output" // -S
  | "bad-response-file" // an @file that cannot be read or is nested too deep
  | "caller-stream" // the command line names a descriptor of the caller as a file (/dev/stdin, /dev/fd/3)
  | "coverage" // --coverage, -fprofile-*: outputs and inputs named by rules not modelled yet
  | "date" // the source shows the date or time of the compile (__DATE__, __TIME__)
  | "disabled" // ZCCACHE_DISABLE
  | "dump-output" // -save-temps, -fdump-*, -fstack-usage …: extra outputs named by rules not modelled yet
  | "failed-compile" // the tool's exit code was not 0
  | "input-changed" // an input changed while the tool ran
  | "language" // -x LANG that is not modelled, or an input with an unknown extension
  | "library" // a compiler is called for information only (--version, -dumpversion, -print-*)
  | "link" // a kind of link that is not modelled
  | "many-sources"
  | "missing-value" // an option without its value
  | "modules" // C++20 modules
  | "namespace" // the caller's mount namespace or root is not the daemon's
  | "network" // the tool opened a socket
  | "no-source"
  | "not-a-compiler" // a name that no registered compiler knows
  | "output-in-place" // a file that existed was changed in place
  | "output-kind" // the output is no regular file, or cannot be written where it was named
  | "output-outside" // an output that cannot be named relative to the primary output or the cwd
  | "output-to-stdout" // an output is a descriptor of the caller (-o /dev/stdout)
  | "output-too-large"
  | "output-unforeseen" // a file was written that the plan knows no reason for
  | "precompiled-header"
  | "preprocess-only" // -E, -M, -MM
  | "store-failed"
  | "syntax-only"
  | "terminal-query" // the tool asked the terminal for something that is not in the key
  | "tool-killed" // the tool died by a signal
  | "tool-missing"
  | "unknown-option" // an option outside the tables that might take a value or name an output
  | "unsupported-option" // an option inside the tables that is not modelled yet
  | "unsupported-variable" // an environment variable makes the tool write to files that the command line does not name
  | "untraceable"; // the access trace of the tool cannot be complete

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
 * linkers make of --dependency-file.
 */
export type OutputRole = "object" | "direct" | "depfile" | "link-depfile";

/** A file that the command line says will be written. */
export type PlannedOutput = {
  readonly role: OutputRole;
  /** As spelled; relative to the call's working directory. */
  readonly path: RawText;
  /**
   * Of a depfile: name of the target that stands in it by default and is not in the key, so that the stored depfile is
   * rewritten for it.
   */
  readonly target?: RawText;
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
  /** Files as they were before the run: the tool changes them, so that what was in them is part of the key. */
  readonly previous?: readonly RawText[];
  /** Files whose mode, owner and time of last change get into an output (`ar U`): these are part of the key. */
  readonly attributes?: readonly RawText[];
  /** Set if the result should not hold times and owners, but does where the tool was built to keep them (`ar` without D). */
  readonly timeless?: boolean;
  /** Why two runs of the tool may differ; the result is cached all the same, and `status` counts it. */
  readonly warning?: string;
};

/** What a parser makes of a command line. */
export type Plan = CompilePlan | Refusal;
