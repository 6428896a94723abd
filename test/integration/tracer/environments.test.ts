// The environment must not decide what the tracer sees: libc looks at other files when there is no home, another locale,
// another folder for temporary files or a terminal.

import { describe, expect, test } from "bun:test";
import { type Files, fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, hasStrace } from "../../support/trace-run.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

type Variables = Readonly<Record<string, string | undefined>>;

const NOTHING: Variables = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
const PATH = { PATH: process.env["PATH"] };

const ENVIRONMENTS: Readonly<Record<string, (folder: string) => Variables>> = {
  "nothing but PATH, in no locale": () => ({ ...NOTHING, ...PATH, LC_ALL: undefined }),
  "a home that is not there": () => ({ ...NOTHING, ...PATH, HOME: "/nonexistent" }),
  "a locale that is not installed": () => ({ LC_ALL: "de_DE.UTF-8", LANGUAGE: "de:fr" }),
  "a locale of UTF-8, messages of another language": () => ({ LC_ALL: undefined, LANG: "C.UTF-8", LANGUAGE: "de" }),
  "another folder for temporary files": (folder) => ({ TMPDIR: folder, TMP: folder, TEMP: folder }),
  "no zone": () => ({ TZ: undefined }),
  "a zone": () => ({ TZ: "Europe/Vienna" }),
  "a fixed date": () => ({ SOURCE_DATE_EPOCH: "0" }),
  "a terminal": () => ({ TERM: "xterm", ZCC_TTY: "12,80x24", GCC_COLORS: undefined, NO_COLOR: undefined }),
};

const FILES: Files = {
  "a.c": "#include <stdio.h>\n#warning seen\nint main(void) { return puts(__FILE__ __DATE__) < 0; }\n",
  "a.cc": "#include <string>\nint f() { return std::string(__FILE__).size() > x; }\n",
  "main.rs": 'fn main() { println!("{}", 1); }\n',
  "g.py": "import json, os, subprocess, sys, tempfile\nopen('out', 'w').write(json.dumps(sorted(os.listdir('.'))))\n",
  "s.sh": 'x=$(cat a.c)\nfor f in *.c; do echo "$f" ~; done >out\nprintf %s "$x" | sed s/1/2/ >>out\n',
};

/** Each with the programs that it needs. A wrong source makes messages, which are translated. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  gcc: ["gcc", "-g", "-O1", "-MD", "-c", "a.c"],
  "g++ of a wrong source": ["g++", "-c", "a.cc"],
  clang: ["clang", "-g", "-c", "a.c"],
  "gcc -flto": ["gcc", "-flto", "a.c", "-o", "a"],
  ar: ["ar", "rcs", "l.a", "a.c"],
  "/usr/bin/rustc": ["/usr/bin/rustc", "-g", "main.rs"],
  "/usr/bin/python3": ["/usr/bin/python3", "g.py"],
  "/bin/sh": ["/bin/sh", "s.sh"],
  bash: ["bash", "s.sh"],
  perl: ["perl", "-e", "use File::Temp; use POSIX; open(F, 'a.c'); print <F>"],
};

describe.each(Object.entries(ENVIRONMENTS))("with %s", (_title, variables) => {
  for (const [title, argv] of Object.entries(COMMANDS)) {
    const missing = missingTool(argv[0] ?? "") ?? (hasStrace ? undefined : "no strace");
    test.skipIf(missing !== undefined)(
      titled(`${title} is seen as strace sees it`, missing),
      () => {
        using tree = fileTree(FILES);
        using folder = fileTree();
        const options = { cwd: tree.path, env: variables(folder.path), observe: { widths: [0, 80] } };
        const { missed, compared, run } = compareWithStrace(argv, options);
        expect(missed).toEqual([]);
        expect(compared).toBeGreaterThan(4);
        expect(run.observation.incomplete).toBeUndefined();
        expect(run.outcome.exitCode).toBe(bareRun(argv, options).exitCode);
      },
      600_000,
    );
  }
});
