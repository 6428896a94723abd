// Options of the GNU linker and those that share its command line (ld.bfd, gold, lld, mold). Only what matters beside the
// arguments themselves is said here: which take a value, which name or show outputs. An option that is under no name here
// counts as one that shows them. Long options may begin with one dash or two (ld(1)); -o is the exception.

import type { OptionRow } from "../options.ts";

/** One letter, whose value may be joined. */
const LETTERS = [
  "-A",
  "-F",
  "-G",
  "-I",
  "-L",
  "-R",
  "-T",
  "-Y",
  "-a",
  "-b",
  "-c",
  "-e",
  "-f",
  "-h",
  "-l",
  "-m",
  "-u",
  "-y",
  "-z",
];

/** Their value is joined by `=` or the next argument. */
const VALUED = [
  ..."Tbss Tdata Tldata-segment Trodata-segment Ttext Ttext-segment architecture assert audit auxiliary".split(" "),
  ..."default-script defsym depaudit dynamic-linker dynamic-list entry exclude-libs".split(" "),
  ..."export-dynamic-symbol export-dynamic-symbol-list filter fini format gpsize hash-style image-base init".split(" "),
  ..."just-symbols library library-path mri-script oformat orphan-handling plugin require-defined".split(" "),
  ..."retain-symbols-file rpath rpath-link script section-start soname sort-section sysroot".split(" "),
  ..."trace-symbol undefined unresolved-symbols version-script wrap".split(" "),
];

/** Without a value, or with one behind `=`. */
const PLAIN = [
  ..."Bdynamic Bgroup Bno-symbolic Bshareable Bstatic Bsymbolic Bsymbolic-functions EB EL".split(" "),
  ..."accept-unknown-input-arch allow-multiple-definition allow-shlib-undefined as-needed be8".split(" "),
  ..."build-id build-id= check-sections color-diagnostics color-diagnostics= compress-debug-sections=".split(" "),
  ..."copy-dt-needed-entries default-symver demangle demangle= disable-new-dtags discard-all discard-locals".split(" "),
  ..."eh-frame-hdr emit-relocs enable-new-dtags end-group end-lib error-limit= export-dynamic".split(" "),
  ..."fatal-warnings fix-cortex-a53-835769 fix-cortex-a53-843419 gc-sections gdb-index icf= ld-generated-unwind-info".split(
    " ",
  ),
  ..."lto-O lto-partitions= nmagic no-accept-unknown-input-arch no-add-needed no-allow-shlib-undefined".split(" "),
  ..."no-as-needed no-check-sections no-copy-dt-needed-entries no-demangle no-dynamic-linker".split(" "),
  ..."no-eh-frame-hdr no-export-dynamic no-fatal-warnings no-gc-sections no-keep-memory".split(" "),
  ..."no-ld-generated-unwind-info no-omagic no-pie no-relax no-rosegment no-strip-discarded no-undefined".split(" "),
  ..."no-undefined-version no-warn-execstack no-warn-mismatch no-warn-rwx-segments no-warnings".split(" "),
  ..."no-whole-archive noinhibit-exec non_shared nostdlib omagic pack-dyn-relocs= pic-executable".split(" "),
  ..."pie pop-state print-gc-sections push-state reduce-memory-overheads relax relocatable".split(" "),
  ..."rosegment shared sort-common sort-common= start-group start-lib static strip-all".split(" "),
  ..."strip-debug strip-discarded thread-count= threads threads= traditional-format undefined-version unique".split(
    " ",
  ),
  ..."unique= warn-alternate-em warn-common warn-constructors warn-execstack warn-once".split(" "),
  ..."warn-rwx-segments warn-section-align warn-shared-textrel warn-textrel warn-unresolved-symbols whole-archive".split(
    " ",
  ),
];

const SHORT_PLAIN = ["-(", "-)", "-E", "-N", "-O", "-S", "-Ur", "-X", "-call_shared", "-d", "-dc", "-dn", "-dp", "-dy"];
const MORE_SHORT_PLAIN = ["-flto", "-g", "-i", "-n", "-q", "-qmagic", "-r", "-s", "-w", "-x"];

/** Rows of names that are long: with one dash and with two. */
const SPECIAL: readonly OptionRow[] = [
  { name: "build-id=uuid" },
  { name: "dependency-file", value: "separate", act: "name-depfile" },
  { name: "dependency-file=", value: "joined", act: "name-depfile" },
  { name: "help", refuse: "library" },
  { name: "plugin-opt", value: "separate" },
  { name: "plugin-opt=", value: "joined" },
  { name: "print-output-format", refuse: "library" },
  { name: "print-sysroot", refuse: "library" },
  { name: "stats", refuse: "dump-output" },
  { name: "version", refuse: "library" },
];

/** Every option that is known; names differ. */
export const LD_OPTIONS: readonly OptionRow[] = [
  ...LETTERS.map((name): OptionRow => ({ name, value: "either" })),
  ...[...SHORT_PLAIN, ...MORE_SHORT_PLAIN].map((name): OptionRow => ({ name })),
  { name: "-Map", value: "separate", shows: "names" },
  { name: "-V", refuse: "library" },
  { name: "-o", value: "either", act: "name-object" },
  { name: "--output", value: "separate", act: "name-object" },
  { name: "--output=", value: "joined", act: "name-object" },
  { name: "-v", refuse: "library" },
  ...["-", "--"].flatMap((dashes): OptionRow[] => [
    ...VALUED.flatMap((name): OptionRow[] => [
      { name: `${dashes}${name}`, value: "separate" },
      { name: `${dashes}${name}=`, value: "joined" },
    ]),
    ...PLAIN.map(
      (name): OptionRow => ({ name: `${dashes}${name}`, ...(name.endsWith("=") ? { value: "joined" } : {}) }),
    ),
    ...SPECIAL.map((row) => ({ ...row, name: `${dashes}${row.name}` })),
  ]),
];
