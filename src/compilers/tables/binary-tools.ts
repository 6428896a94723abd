// Options of strip and objcopy (binutils): strip(1), objcopy(1). Rows say which take a value, which rule caching out, and
// which name the output. An option that is under no name here makes a call not cacheable.

import type { OptionRow } from "../options.ts";

/** In both tools. */
const SHARED: readonly OptionRow[] = [
  ...valued("-F", "--target", "-I", "--input-target", "-O", "--output-target"),
  ...valued("-K", "--keep-symbol", "-N", "--strip-symbol", "-R", "--remove-section"),
  ...valued("--keep-section", "--remove-relocations"),
  ...plain("-D", "--enable-deterministic-archives", "-M", "--merge-notes", "--no-merge-notes"),
  ...plain("-S", "--strip-all", "-X", "--discard-locals", "-g", "--strip-debug", "-w", "--wildcard"),
  ...plain("-x", "--discard-all", "--keep-file-symbols", "--keep-section-symbols", "--only-keep-debug"),
  ...plain("--strip-dwo", "--strip-unneeded"),
  ...["-h", "--help", "--info", "-V", "--version"].map((name): OptionRow => ({ name, refuse: "library" })),
  // Times of the input, times and owners of members, and names of temporaries.
  ...["-p", "--preserve-dates", "-U", "--disable-deterministic-archives", "-v", "--verbose"].map(
    (name): OptionRow => ({ name, refuse: "unsupported-option" }),
  ),
];

/** Options of strip. */
export const STRIP_OPTIONS: readonly OptionRow[] = [
  ...SHARED,
  ...plain("-d", "-s"),
  { name: "-o", value: "either", act: "name-object" },
];

/** Options of objcopy. */
export const OBJCOPY_OPTIONS: readonly OptionRow[] = [
  ...SHARED,
  ...valued("-B", "--binary-architecture", "-G", "--keep-global-symbol", "-L", "--localize-symbol"),
  ...valued("-W", "--weaken-symbol", "-b", "--byte", "-j", "--only-section", "--add-gnu-debuglink", "--add-section"),
  ...valued("--add-symbol", "--adjust-section-vma", "--adjust-start", "--adjust-vma", "--alt-machine-code"),
  ...valued("--change-addresses", "--change-section-address", "--change-section-lma", "--change-section-vma"),
  ...valued("--change-start", "--gap-fill", "--globalize-symbol", "--globalize-symbols", "--interleave-width"),
  ...valued("--keep-global-symbols", "--keep-symbols", "--localize-symbols", "--long-section-names", "--pad-to"),
  ...valued("--prefix-alloc-sections", "--prefix-sections", "--prefix-symbols", "--redefine-sym", "--redefine-syms"),
  ...valued("--rename-section", "--set-section-alignment", "--set-section-flags", "--set-start", "--srec-len"),
  ...valued("--strip-symbols", "--strip-unneeded-symbol", "--strip-unneeded-symbols", "--update-section"),
  ...valued("--verilog-data-width", "--weaken-symbols"),
  ...plain("--change-leading-char", "--change-warnings", "--compress-debug-sections", "--debugging"),
  ...plain("--decompress-debug-sections", "--extract-dwo", "--extract-symbol", "--impure", "--localize-hidden"),
  ...plain("--no-change-warnings", "--pure", "--readonly-text", "--remove-leading-char", "--srec-forceS3"),
  ...plain("--weaken", "--writable-text", "-i", "--interleave"),
  { name: "--compress-debug-sections=", value: "joined" },
  { name: "--elf-stt-common=", value: "joined" },
  { name: "--interleave=", value: "joined" },
  { name: "--reverse-bytes=", value: "joined" },
  { name: "--dump-section", value: "separate", refuse: "unsupported-option" },
  { name: "--dump-section=", value: "joined", refuse: "unsupported-option" },
];

/**
 * What a second run over the result of the first finds done. Formats (`-O binary`) are not among them: the second run would
 * take the result for another kind of file.
 */
export const REPEATABLE: ReadonlySet<string> = new Set(
  [
    ...valued("-K", "--keep-symbol", "-N", "--strip-symbol", "-R", "--remove-section", "--keep-section"),
    ...valued("-G", "--keep-global-symbol", "-L", "--localize-symbol", "-W", "--weaken-symbol"),
    ...plain("-D", "--enable-deterministic-archives", "-S", "--strip-all", "-s", "-g", "-d", "--strip-debug"),
    ...plain("-X", "--discard-locals", "-x", "--discard-all", "-w", "--wildcard", "--keep-file-symbols"),
    ...plain("--keep-section-symbols", "--strip-dwo", "--strip-unneeded", "--localize-hidden", "--weaken"),
  ].map(({ name }) => name),
);

/** One letter may have its value joined, a long name has it behind `=` or as the next argument (getopt_long(3)). */
function valued(...names: readonly string[]): OptionRow[] {
  return names.flatMap((name): OptionRow[] =>
    name.startsWith("--")
      ? [
          { name, value: "separate" },
          { name: `${name}=`, value: "joined" },
        ]
      : [{ name, value: "either" }],
  );
}

function plain(...names: readonly string[]): OptionRow[] {
  return names.map((name) => ({ name }));
}
