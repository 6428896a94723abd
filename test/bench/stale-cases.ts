// Changes after which an old object is wrong, though the command and the source are what they were.

import { chmodSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "../support/run.ts";

/** One change. Paths are relative to a directory of the contender's own. */
export type StaleCase = {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** Arguments behind the compiler, which is called in the directory; the object is `o.o`. */
  readonly args: readonly string[];
  /** Another compiler than gcc, relative to the directory. */
  readonly compiler?: string;
  readonly env?: Environment;
  /** What happens between two compiles; `env` is what the second one has. */
  readonly change: (directory: string) => { readonly env?: Environment } | undefined;
  /** Where the second compile is made. */
  readonly laterIn?: string;
};

const COMPILE = ["-c", "m.c", "-o", "o.o"];

function write(directory: string, files: Readonly<Record<string, string>>): undefined {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (text.startsWith("#!")) chmodSync(path, 0o755);
  }
}

/** New content of equal length under the old times. */
function rewriteQuietly(path: string, text: string): undefined {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, text);
  utimesSync(path, atime, mtime);
}

const VALUE = "int value(void) { return VALUE; }\n";
const wrapper = (value: number) => `#!/bin/sh\nexec gcc -DVALUE=${value} "$@"\n`;
const assembler = '#!/bin/sh\nexec /usr/bin/as --defsym from_elsewhere=1 "$@"\n';

/** Writes what a case begins with. */
export function prepareCase(directory: string, { files }: StaleCase): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  write(directory, files);
}

/** All of them. */
export const STALE_CASES: readonly StaleCase[] = [
  {
    title: "a header appears earlier on the search path",
    files: { "m.c": `#include "h.h"\n${VALUE}`, "b/h.h": "#define VALUE 1\n", "a/.keep": "" },
    args: ["-Ia", "-Ib", ...COMPILE],
    change: (directory) => write(directory, { "a/h.h": "#define VALUE 2\n" }),
  },
  {
    title: "__has_include finds a file that was not there",
    files: { "m.c": `#if __has_include("h.h")\n#define VALUE 2\n#else\n#define VALUE 1\n#endif\n${VALUE}` },
    args: COMPILE,
    change: (directory) => write(directory, { "h.h": "" }),
  },
  {
    title: "a file behind .incbin changes",
    files: { "m.c": '__asm__(".incbin \\"data\\"");\n', data: "old!" },
    args: COMPILE,
    change: (directory) => write(directory, { data: "new!" }),
  },
  {
    title: "a file behind .include in assembler text changes",
    files: { "m.c": '__asm__(".include \\"data.inc\\"");\n', "data.inc": ".byte 1\n" },
    args: COMPILE,
    change: (directory) => write(directory, { "data.inc": ".byte 2\n" }),
  },
  {
    title: "CPATH leads elsewhere",
    files: { "m.c": `#include <h.h>\n${VALUE}`, "a/h.h": "#define VALUE 1\n", "b/h.h": "#define VALUE 2\n" },
    args: COMPILE,
    env: { CPATH: "a" },
    change: () => ({ env: { CPATH: "b" } }),
  },
  {
    title: "another assembler comes first on PATH",
    files: { "m.c": "int m;\n", "tools/.keep": "" },
    args: COMPILE,
    env: { PATH: "tools:/usr/bin:/bin" },
    change: (directory) => write(directory, { "tools/as": assembler }),
  },
  {
    title: "a compiler that is a script is exchanged, size and time kept",
    files: { "m.c": VALUE, cc: wrapper(1) },
    compiler: "cc",
    args: COMPILE,
    change: (directory) => rewriteQuietly(join(directory, "cc"), wrapper(2)),
  },
  {
    title: "a header is exchanged, size and time kept",
    files: { "m.c": `#include "h.h"\n${VALUE}`, "h.h": "#define VALUE 1\n" },
    args: COMPILE,
    change: (directory) => rewriteQuietly(join(directory, "h.h"), "#define VALUE 2\n"),
  },
  {
    title: "a link to a directory of headers leads elsewhere",
    files: { "m.c": `#include "h.h"\n${VALUE}`, "one/h.h": "#define VALUE 1\n", "two/h.h": "#define VALUE 2\n" },
    args: ["-Ione", ...COMPILE],
    change: (directory) => {
      renameSync(join(directory, "one"), join(directory, "gone"));
      symlinkSync("two", join(directory, "one"));
      return undefined;
    },
  },
  {
    title: "a response file changes",
    files: { "m.c": VALUE, "args.rsp": "-DVALUE=1\n" },
    args: ["@args.rsp", ...COMPILE],
    change: (directory) => write(directory, { "args.rsp": "-DVALUE=2\n" }),
  },
  {
    title: "a specs file changes",
    files: { "m.c": VALUE, "my.specs": "*cpp:\n+ -DVALUE=1\n\n" },
    args: ["-specs=my.specs", ...COMPILE],
    change: (directory) => write(directory, { "my.specs": "*cpp:\n+ -DVALUE=2\n\n" }),
  },
  {
    title: "SOURCE_DATE_EPOCH changes under __DATE__",
    files: { "m.c": "const char *when = __DATE__;\n" },
    args: COMPILE,
    env: { SOURCE_DATE_EPOCH: "0" },
    change: () => ({ env: { SOURCE_DATE_EPOCH: "1000000000" } }),
  },
  {
    title: "the same with -g from another directory",
    files: { "m.c": "int m;\n", "sub/m.c": "int m;\n" },
    args: ["-g", ...COMPILE],
    change: () => undefined,
    laterIn: "sub",
  },
];
