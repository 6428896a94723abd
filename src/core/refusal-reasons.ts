// Why calls are run as they are. Reasons are counted, shown by `zccache status`, and explained in docs/correctness.md.

/** Every reason, and what it means. */
export const REFUSAL_REASONS = {
  "archive-operation": "ar is asked for something else than to add members (x, t, d, p, m)",
  "archive-times": "the archiver stored times and owners that are not in the key",
  "bad-response-file": "an @file that cannot be read or is nested too deep",
  "caller-stream": "the command line names a descriptor of the caller as a file (/dev/stdin, /dev/fd/3)",
  "crate-name": "a crate whose name, and so that of its outputs, only the source says",
  date: "the source shows the date or time of the compile (__DATE__, __TIME__)",
  disabled: "ZCCACHE_DISABLE is set",
  "dump-output": "extra outputs that are named by rules which are not modelled",
  "failed-compile": "the tool's exit code was not 0",
  incremental: "rustc goes on from what an earlier run left in its directory for incremental compilation",
  "input-changed": "an input changed while the tool ran",
  "input-stream": "the tool read from a fifo, a socket or a device",
  language: "an input of another language than C, C++, Objective-C, assembly and Rust",
  library: "the tool is asked for information only (--version, -print-file-name=…)",
  link: "a kind of link, or a tool like binutils', that is not modelled",
  "many-sources": "several inputs where the outputs of one are known",
  "merged-output": "pages of rustdoc, whose indexes are merged with those of other crates in their directory",
  "missing-value": "an option without its value",
  modules: "C++20 modules in a form that is not modelled",
  namespace: "the caller's mount namespace or root is not the daemon's",
  network: "the tool opened a socket",
  "no-output": "a client orders a link whose output the command line does not name",
  "no-source": "nothing to compile or link on the command line",
  "not-a-compiler": "a name that no registered compiler knows",
  "output-in-place":
    "a file that existed was changed in place, or would be by a tool that does not make the same again",
  "output-kind": "the output is no regular file, or cannot be written where it was named",
  "output-outside": "an output that cannot be named relative to the primary output or the cwd",
  "output-to-stdout": "an output is a descriptor of the caller (-o /dev/stdout)",
  "output-too-large": "a result that would take too much of the cache",
  "output-unforeseen": "a file was written that the plan knows no reason for",
  "precompiled-header": "a precompiled header in a form that is not modelled",
  "preprocess-only": "preprocessing for its own sake in the front end (-Eonly)",
  "store-failed": "the cache could not be written",
  "syntax-only": "nothing is made, so there is nothing to keep",
  "tool-killed": "the tool died by a signal",
  "tool-missing": "the tool is not on PATH",
  "unknown-option": "an option outside the tables that might take a value or name an output",
  "unsupported-option": "an option inside the tables that is not modelled yet",
  "unsupported-variable": "an environment variable makes the tool write to files that the command line does not name",
  untraceable: "the access trace of the tool cannot be complete",
} as const;

/** One of them. */
export type RefusalReason = keyof typeof REFUSAL_REASONS;
