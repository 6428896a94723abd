// What a compile reads without its command line or its depfile saying so: only the trace shows these inputs.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { type Case, type CaseStage, COMPILERS, noCompilers, openCaseStage } from "./case-stage.ts";

setDefaultTimeout(600_000);

const C = "$Z $CC -c a.c -o out/a.o";
const HEADERS = "mkdir inc one two three; echo '#define V 1' >one/v.h; echo '#define V 2' >two/v.h\n";
const USE = "echo '#include \"v.h\"' >a.c; echo 'int value = V;' >>a.c\n";
/** A program that writes into a file through a mapping, its descriptor closed. */
const MAKE = `
cat >map.c <<'END'
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
int main(int count, char **arguments) {
  int file = open(arguments[1], O_RDWR);
  char *text = mmap(0, 12, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  text[10] = arguments[2][0];
  return munmap(text, 12);
}
END
gcc map.c -o map
`;

const CASES: readonly Case[] = [
  {
    name: ".incbin split by macros, from a header",
    tree: `${HEADERS}echo one >inc/data; printf '#define DO(what, name) asm(".section .d\\\\n." what " \\\\"" name "\\\\"\\\\n.text");\\n#define BIN "inc" "bin"\\nDO(BIN, "inc/data")\\n' >inc/h.h; echo '#include "inc/h.h"' >a.c`,
    script: C,
    edit: "echo two >inc/data",
  },
  {
    name: ".incbin in assembly, found along -I",
    tree: `${HEADERS}echo one >two/data; printf '.data\\n.incbin "data"\\n' >a.s`,
    script: "$Z $CC -c a.s -o out/a.o -Wa,-Ione,-Itwo",
    edit: "echo 1 >one/data",
  },
  {
    name: ".incbin in assembly that is preprocessed",
    tree: `${HEADERS}echo one >data; printf '#define NAME "data"\\n.data\\n.incbin NAME\\n' >a.S`,
    script: "$Z $CC -c a.S -o out/a.o",
    edit: "echo two >data",
  },
  {
    name: ".include in assembly",
    tree: `${HEADERS}echo '.long 1' >inc/x.s; printf '.data\\n.include "inc/x.s"\\n' >a.s`,
    script: "$Z $CC -c a.s -o out/a.o",
    edit: "echo '.long 2' >inc/x.s",
  },
  {
    name: ".include in inline assembly",
    tree: `${HEADERS}echo '.long 1' >inc/x.s; cat >a.c <<'END'\nasm(".data\\n.include \\"inc/x.s\\"\\n.text");\nEND`,
    script: C,
    edit: "echo '.long 2' >inc/x.s",
  },
  {
    name: "an include that a macro computes",
    tree: `${HEADERS}printf '#define NAME <one/v.h>\\n' >inc/name.h; printf '#include "inc/name.h"\\n#include NAME\\nint value = V;\\n' >a.c`,
    script: `${C} -I.`,
    edit: "echo '#define V 3' >one/v.h",
  },
  {
    name: "the macro that computes an include",
    tree: `${HEADERS}printf '#define NAME <one/v.h>\\n' >inc/name.h; printf '#include "inc/name.h"\\n#include NAME\\nint value = V;\\n' >a.c`,
    script: `${C} -I.`,
    edit: "sed -i s/one/two/ inc/name.h",
  },
  {
    name: "#include_next, a header that appears in between",
    tree: `${HEADERS}${USE}printf '#include_next <v.h>\\n' >one/v.h`,
    script: `${C} -Ione -Ithree -Itwo`,
    edit: "echo '#define V 3' >three/v.h",
  },
  {
    name: "#include_next, the header behind",
    tree: `${HEADERS}${USE}printf '#include_next <v.h>\\n' >one/v.h`,
    script: `${C} -Ione -Itwo`,
    edit: "echo '#define V 4' >two/v.h",
  },
  {
    name: "#import, a header that changes",
    tree: `${HEADERS}printf '#import "one/v.h"\\nint value = V;\\n' >a.c`,
    script: `${C} -Wno-deprecated`,
    edit: "echo '#define V 3' >one/v.h",
  },
  {
    name: "__has_include, a header that appears",
    tree: `${HEADERS}printf '#if __has_include(<w.h>)\\nint w;\\n#endif\\nint v;\\n' >a.c`,
    script: `${C} -Ione -Itwo`,
    edit: ": >two/w.h",
  },
  {
    name: "a header behind a link, retargeted",
    tree: `${HEADERS}ln -s one/v.h v.h; ${USE}`,
    script: C,
    edit: "ln -sf two/v.h v.h",
  },
  {
    name: "a directory behind a link, retargeted",
    tree: `${HEADERS}ln -s one current; ${USE}`,
    script: `${C} -Icurrent`,
    edit: "ln -sfn two current",
  },
  {
    name: ".. behind a link, retargeted",
    tree: `${HEADERS}mkdir one/deep two/deep; ln -s one/deep to; printf '#include "to/../v.h"\\nint value = V;\\n' >a.c`,
    script: C,
    edit: "ln -sfn two/deep to",
  },
  {
    name: ".. behind a link in -I",
    tree: `${HEADERS}mkdir one/deep two/deep; ln -s one/deep to; ${USE}`,
    script: `${C} -Ito/..`,
    edit: "ln -sfn two/deep to",
  },
  {
    name: "a header that is written by another name of it",
    tree: `${HEADERS}${USE}mkdir far; ln one/v.h far/other`,
    script: `${C} -Ione`,
    edit: "echo '#define V 5' >far/other",
  },
  {
    name: "a header that is written through a mapping",
    tree: `${HEADERS}${USE}`,
    script: `${C} -Ione`,
    edit: "$MADE/map one/v.h 2",
  },
  {
    name: "a directory of the search path that becomes a file",
    tree: `${HEADERS}${USE}`,
    script: `${C} -Ione -Itwo`,
    edit: "rm -r one; : >one",
  },
  ...["CPATH", "C_INCLUDE_PATH"].flatMap((variable) =>
    ["", "x:", ".", "x::y"].map((value) => ({
      name: `${variable}=${value} in another directory`,
      tree: `${HEADERS}printf '#if __has_include(<v.h>)\n#include <v.h>\n#else\n#define V 0\n#endif\nint value = V;\n' >a.c`,
      script: "cd one; $Z $CC -c ../a.c -o ../out/a.o",
      second: "cd two; $Z $CC -c ../a.c -o ../out/a.o",
      env: { [variable]: value },
      // An empty variable names nothing.
      ...(value === "" ? { same: true as const } : {}),
    })),
  ),
  {
    name: "a chain of links, in the middle",
    tree: `${HEADERS}ln -s one a; ln -s a b; ln -s b c; ${USE}`,
    script: `${C} -Ic`,
    edit: "ln -sfn two a",
  },
];

describe.skipIf(noCompilers !== undefined)(titled("a result of other inputs is not given:", noCompilers), () => {
  let stage: CaseStage;
  beforeAll(async () => {
    stage = await openCaseStage(MAKE);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  describe.each(["gcc", "clang"] as const)("%s", (family) => {
    test.each(CASES.map((each) => [each.name, each] as const))("%s", async (_, each) => {
      await stage.expectRight(each, COMPILERS[family]);
    });
    test.each([
      ["/dev/stdin", "<"],
      ["//dev/./stdin", "<"],
      ["/dev/fd/3", "3<"],
      ["/proc/self/fd/3", "3<"],
      ["/proc/thread-self/fd/3", "3<"],
    ])("what a source reads from the caller at %s is not stored", async (name, given) => {
      const each = {
        name,
        tree: `${HEADERS}printf '#include "${name}"\nint value = V;\n' >a.c`,
        script: `${C} ${given}one/v.h`,
        second: `${C} ${given}two/v.h`,
        passes: "untraceable",
      };
      await stage.expectRight(each, COMPILERS[family]);
    });
    test("nor is what comes to it through a pipe", async () => {
      const each = {
        name: "a pipe",
        tree: `${HEADERS}printf '#include "/dev/stdin"\\nint value = V;\\n' >a.c`,
        script: `cat one/v.h | ${C}`,
        second: `cat two/v.h | ${C}`,
        passes: "untraceable",
      };
      await stage.expectRight(each, COMPILERS[family]);
    });
    test("a name of the process in a macro, which nobody opens, is a text like others", async () => {
      const each = {
        name: "a macro",
        tree: `${HEADERS}echo '#include "one/v.h"' >a.c; echo 'const char *exe = EXE;' >>a.c; echo 'int value = V;' >>a.c`,
        script: `${C} '-DEXE="/proc/self/exe"'`,
        second: `${C} -D 'EXE="/proc/self/maps"'`,
      };
      await stage.expectRight(each, COMPILERS[family]);
    });
    test("what comes out of a fifo is not stored", async () => {
      const each = {
        name: "a fifo",
        tree: "mkfifo v.h; printf '#include \"v.h\"\\nint value = V;\\n' >a.c",
        script: `echo '#define V 1' >v.h & ${C}`,
        second: `echo '#define V 2' >v.h & ${C}`,
        passes: "input-stream",
      };
      await stage.expectRight(each, COMPILERS[family]);
    });
  });
});

const noZig = missingTool("zig");

describe.skipIf(noZig !== undefined)(titled("#embed,", noZig), () => {
  test("which a static clang reads, is run as it is", async () => {
    await using stage = await openCaseStage();
    const each = {
      name: "#embed",
      tree: "echo one >data; mkdir bin; printf '#!/bin/sh\\nexec zig cc \"$@\"\\n' >bin/clang; chmod +x bin/clang; printf 'const char data[] = {\\n#embed \"data\"\\n};\\n' >a.c",
      script: "$Z bin/clang -std=c23 -c a.c -o out/a.o",
      edit: "echo two >data",
      passes: "untraceable",
    };
    await stage.expectRight(each);
  });
});
