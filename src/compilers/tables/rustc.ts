// Options of rustc, from `rustc --help -v`, `-C help` and `-Z help` of rustc 1.95, 1.96 and nightly, and the rustc book,
// "Command-line Arguments". rustc also takes several short options in one argument (`-gO`), and long ones of one letter
// (`--C`): here these are unknown, but for `-vV`.

/** What an option means to the plan, beside entering the key as it is spelled. */
export type RustAct =
  | "codegen" // -C name[=value]
  | "crate-name"
  | "crate-type"
  | "debug" // debug information
  | "emit"
  | "extern"
  | "format" // what rustdoc makes
  | "json"
  | "library-path" // -L [kind=]path
  | "lint" // a lint, or `help`
  | "out-dir"
  | "output"
  | "print"
  | "remap" // --remap-path-prefix from=to
  | "remap-scope"
  | "set-variable" // --env-set name=value
  | "question" // asks for information; nothing is compiled
  | "target"
  | "test"
  | "unstable"; // -Z name[=value]

/** One option. `value`: it takes one, joined (long names by "=") or as the next argument. */
export type RustOption = { readonly value: boolean; readonly act?: RustAct };

const PLAIN: RustOption = { value: false };
const VALUED: RustOption = { value: true };
const LINT: RustOption = { value: true, act: "lint" };

/** By name, dashes included. Short names take their value without "=". */
export type RustOptions = ReadonlyMap<string, RustOption>;

/** Options of rustc and clippy-driver. */
export const RUST_OPTIONS: RustOptions = new Map<string, RustOption>([
  ["--allow", LINT],
  ["--cap-lints", VALUED],
  ["--cfg", VALUED],
  ["--check-cfg", VALUED],
  ["--codegen", { value: true, act: "codegen" }],
  ["--color", VALUED],
  ["--crate-name", { value: true, act: "crate-name" }],
  ["--crate-type", { value: true, act: "crate-type" }],
  ["--deny", LINT],
  ["--diagnostic-width", VALUED],
  ["--edition", VALUED],
  ["--emit", { value: true, act: "emit" }],
  ["--env-set", { value: true, act: "set-variable" }],
  ["--error-format", VALUED],
  ["--explain", { value: true, act: "question" }],
  ["--extern", { value: true, act: "extern" }],
  ["--forbid", LINT],
  ["--force-warn", LINT],
  ["--help", { value: false, act: "question" }],
  ["--json", { value: true, act: "json" }],
  ["--out-dir", { value: true, act: "out-dir" }],
  ["--print", { value: true, act: "print" }],
  ["--remap-path-prefix", { value: true, act: "remap" }],
  ["--remap-path-scope", { value: true, act: "remap-scope" }],
  ["--sysroot", VALUED],
  ["--target", { value: true, act: "target" }],
  ["--test", { value: false, act: "test" }],
  ["--verbose", PLAIN],
  ["--version", { value: false, act: "question" }],
  ["--warn", LINT],
  ["-A", LINT],
  ["-C", { value: true, act: "codegen" }],
  ["-D", LINT],
  ["-F", LINT],
  ["-L", { value: true, act: "library-path" }],
  ["-O", PLAIN],
  ["-V", { value: false, act: "question" }],
  ["-W", LINT],
  ["-Z", { value: true, act: "unstable" }],
  ["-g", { value: false, act: "debug" }],
  ["-h", { value: false, act: "question" }],
  ["-l", VALUED],
  ["-o", { value: true, act: "output" }],
  ["-v", PLAIN],
  ["-vV", { value: false, act: "question" }],
  ["-Vv", { value: false, act: "question" }],
]);

/** What an option of -C means beside other code; a pattern: values of which it is refused. */
export type CodegenAct = "extra-filename" | "help" | "incremental" | "processor" | RegExp;

// LLVM and linkers say how long they took, or write what nobody else knows how to write again.
const LLVM_REPORTS =
  /\b(?:debug|dot|dump|help|list|output|print|remarks?|report|stats|time|timing|trace|version|view)\b/;
const LINKER_REPORTS = /(?:^|[\s,])(?:@|--?(?:help|reproduce|save-temps|stats|thinlto-cache|time))/;

/** Codegen options (-C) that do more than change the code; all others enter the key and that is all. */
export const TELLING_CODEGEN: ReadonlyMap<string, CodegenAct> = new Map<string, CodegenAct>([
  ["extra-filename", "extra-filename"],
  ["help", "help"],
  ["incremental", "incremental"],
  ["link-arg", LINKER_REPORTS],
  ["link-args", LINKER_REPORTS],
  ["llvm-args", LLVM_REPORTS],
  ["passes", LLVM_REPORTS],
  ["save-temps", /^/], // files named by rules of their own
  ["split-debuginfo", /^unpacked$/], // .dwo files are written over, unlike those of assemblers, and stay behind
  ["target-cpu", "processor"],
]);

/** Codegen options that put no path into what is made, but for those that their values name. */
export const PATHLESS_CODEGEN: ReadonlySet<string> = new Set([
  "code-model",
  "codegen-units",
  "debug-assertions",
  "debuginfo",
  "default-linker-libraries",
  "embed-bitcode",
  "extra-filename",
  "force-frame-pointers",
  "force-unwind-tables",
  "incremental",
  "inline-threshold",
  "link-arg",
  "link-args",
  "link-dead-code",
  "link-self-contained",
  "linker",
  "linker-flavor",
  "lto",
  "metadata",
  "opt-level",
  "overflow-checks",
  "panic",
  "prefer-dynamic",
  "relocation-model",
  "relro-level",
  "split-debuginfo",
  "strip",
  "symbol-mangling-version",
  "target-cpu",
  "target-feature",
]);

/** Values of -C debuginfo without any. */
export const NO_DEBUG_INFORMATION: ReadonlySet<string> = new Set(["0", "none"]);

// -C options by which the directory of outputs gets into them though its path may not: as steps up to where the libraries
// are, as names of files of debug information, which may be changed (--remap-path-prefix) or packed.
/** Matches such an option, `name=value`. */
export const ROOT_TELLING = /^(?:rpath=(?!(?:n|no|off|false)$)|split-debuginfo=packed$|link-args?=.*compress-debug)/;

/**
 * Unstable options (-Z) that change nothing but the code, the diagnostics or the depfile. Others may write files of their
 * own, print times, or stop half-way.
 */
export const HARMLESS_UNSTABLE: ReadonlySet<string> = new Set([
  "allow-features",
  "binary-dep-depinfo",
  "branch-protection",
  "cf-protection",
  "check-cfg-all-expected",
  "checksum-hash-algorithm",
  "crate-attr",
  "dual-proc-macros",
  "dwarf-version",
  "embed-metadata",
  "embed-source",
  "fmt-debug",
  "force-unstable-if-unmarked",
  "function-sections",
  "hint-mostly-unused",
  "inline-mir",
  "location-detail",
  "macro-backtrace",
  "mir-opt-level",
  "mutable-noalias",
  "next-solver",
  "no-implied-bounds-compat",
  "on-broken-pipe",
  "panic-abort-tests",
  "plt",
  "polonius",
  "randomize-layout",
  "remap-cwd-prefix",
  "sanitizer",
  "share-generics",
  "src-hash-algorithm",
  "stack-protector",
  "terminal-urls",
  "thinlto",
  "threads",
  "tls-model",
  "track-diagnostics",
  "trim-diagnostic-paths",
  "ub-checks",
  "unstable-options",
  "virtual-function-elimination",
]);

/** What --print may ask for along with a compilation; everything else is answered in place of one. */
export const PRINTED_ALONG: ReadonlySet<string> = new Set(["link-args", "native-static-libs"]);
