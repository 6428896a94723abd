// What a command line means to the cache. Parsers (compilers/) produce plans; key/, deliver/ and daemon/ act on them.

import type { RawText } from "./raw-text.ts";

/** Why a call is run as it is. Every reason has a counter and is shown by `zccache status`. */
export type RefusalReason =
  | "assembly-output" // -S
  | "bad-response-file" // an @file that cannot be read or is nested too deep
  | "coverage" // --coverage, -fprofile-*: outputs and inputs named by rules not modelled yet
  | "date" // the source shows the date or time of the compile (__DATE__, __TIME__)
  | "disabled" // ZCCACHE_DISABLE
  | "dump-output" // -save-temps, -fdump-*, -fstack-usage …: extra outputs named by rules not modelled yet
  | "failed-compile" // the tool's exit code was not 0
  | "input-changed" // an input changed while the tool ran
  | "language" // -x LANG that is not modelled, or an input with an unknown extension
  | "library" // a compiler is called for information only (--version, -dumpversion, -print-*)
  | "link" // no -c: the driver would link
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
  | "output-to-stdout"
  | "output-too-large"
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
};

/** Shorthand for making a refusal. */
export function refuse(reason: RefusalReason, detail: string): Refusal {
  return { kind: "refused", reason, detail };
}

/** Part that a file named on the command line plays: `object` is the primary output, `depfile` make-style dependencies. */
export type OutputRole = "object" | "depfile";

/** A file that the command line says will be written. */
export type PlannedOutput = {
  readonly role: OutputRole;
  /** As spelled; relative to the call's working directory. */
  readonly path: RawText;
};

/** One translation unit to one object, `-c`. */
export type CompilePlan = {
  readonly kind: "compile";
  /** As spelled; `-` is standard input. */
  readonly source: RawText;
  /**
   * Everything of the command line that may show in an output, in its order, response files expanded. Names of outputs
   * are left out unless they show in the bytes of an output.
   */
  readonly keyArguments: readonly RawText[];
  readonly outputs: readonly PlannedOutput[];
  /** True if the working directory may show in an output (`-g`, LTO …), so that it belongs to the key. */
  readonly cwdInKey: boolean;
};

/** What a parser makes of a command line. */
export type Plan = CompilePlan | Refusal;
