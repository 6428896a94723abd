// The ways into zccache that the README shows, one build system each: a small project is built bare, with an empty and
// with a full cache. The second time everything is a hit, and the outputs are always those of the bare build.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { type Snapshot, snapshot } from "../../support/compare-trees.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { type Environment, mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

/** One way in. */
type Way = {
  readonly title: string;
  readonly needs: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** What a shell is given, as a reader of the README would type it: bare and through zccache. */
  readonly setup?: Pair;
  readonly build: Pair;
};

type Pair = { readonly bare: string; readonly cached: string };

const UNITS = {
  "main.c": '#include <stdio.h>\n#include "part.h"\nint main(void) { return printf("%d\\n", part()) < 0; }\n',
  "part.c": '#include "part.h"\nint part(void) { return 7; }\n',
  "part.h": "int part(void);\n",
};

const MAKEFILE = "prog: main.o part.o\n\t$(CC) -o $@ $^\nmain.o part.o: part.h\n";

const CONFIGURE_AC =
  "AC_INIT([small], [1])\nAC_PROG_CC\nAC_CHECK_HEADERS([unistd.h])\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n";

const WAYS: readonly Way[] = [
  {
    title: "CMake, by launcher",
    needs: ["cmake", "ninja"],
    files: {
      ...UNITS,
      "CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(small C)\nadd_executable(prog main.c part.c)\n",
    },
    setup: { bare: "cmake -G Ninja -B out", cached: "cmake -G Ninja -B out -DCMAKE_C_COMPILER_LAUNCHER=zccache" },
    build: same("cmake --build out"),
  },
  {
    title: "ninja, in front of the compiler",
    needs: ["ninja"],
    files: {
      ...UNITS,
      "build.ninja": [
        "include cc.ninja",
        "rule cc",
        "  command = $cc -MD -MF $out.d -c $in -o $out",
        "  depfile = $out.d",
        "  deps = gcc",
        "rule link",
        "  command = gcc $in -o $out",
        "build main.o: cc main.c",
        "build part.o: cc part.c",
        "build prog: link main.o part.o",
        "",
      ].join("\n"),
    },
    setup: { bare: "echo 'cc = gcc' > cc.ninja", cached: "echo 'cc = zccache gcc' > cc.ninja" },
    build: same("ninja"),
  },
  {
    title: "make, CC in front of the compiler",
    needs: ["make"],
    files: { ...UNITS, Makefile: MAKEFILE },
    build: { bare: "make CC=gcc", cached: 'make CC="zccache gcc"' },
  },
  {
    title: "make, stand-ins on PATH",
    needs: ["make"],
    files: { ...UNITS, Makefile: MAKEFILE },
    setup: { bare: "true", cached: 'zccache install-shims "$HOME/shims"' },
    build: { bare: "make CC=gcc", cached: 'PATH="$HOME/shims:$PATH" make CC=gcc' },
  },
  {
    title: "autoconf, CC at configure",
    needs: ["make", "autoconf"],
    files: { ...UNITS, "configure.ac": CONFIGURE_AC, "Makefile.in": `CC = @CC@\nCFLAGS = @CFLAGS@\n${MAKEFILE}` },
    setup: { bare: "autoconf && ./configure CC=gcc", cached: 'autoconf && ./configure CC="zccache gcc"' },
    build: same("make"),
  },
  {
    title: "meson, CC at setup",
    needs: ["meson", "ninja"],
    files: { ...UNITS, "meson.build": "project('small', 'c')\nexecutable('prog', 'main.c', 'part.c')\n" },
    setup: { bare: "CC=gcc meson setup out", cached: 'CC="zccache gcc" meson setup out' },
    build: same("ninja -C out"),
  },
];

describe.each(WAYS.map((way) => [way.title, way] as const))("%s", (_, way) => {
  const reason = missingTool(...way.needs);
  let box: Sandbox;
  let env: Environment;

  beforeAll(async () => {
    if (reason !== undefined) return;
    box = sandbox();
    mkdirSync(box.tree.at("bin"));
    await mustRun(["ln", "-s", box.binary, box.tree.at("bin/zccache")]);
    env = { ...box.env, PATH: `${box.tree.at("bin")}:${box.env["PATH"]}` };
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  test.skipIf(reason !== undefined)(
    titled("compiles nothing the second time, and leaves a bare build's files", reason),
    async () => {
      const bare = await build("bare");
      const cold = await build("cached");
      const warm = await build("cached");
      expect(bare.outputs.size).toBeGreaterThanOrEqual(3);
      expect(cold.outputs).toEqual(bare.outputs);
      expect(warm.outputs).toEqual(bare.outputs);
      expect({ bare: bare.compiled, cold: cold.compiled, warm: warm.compiled }).toEqual({ bare: 2, cold: 2, warm: 0 });
    },
  );

  async function build(kind: keyof Pair): Promise<Built> {
    const tree = box.tree.at("project");
    rmSync(tree, { recursive: true, force: true });
    box.tree.write(Object.fromEntries(Object.entries(way.files).map(([name, text]) => [`project/${name}`, text])));
    // A source of the same clock tick as its compile counts as one that changes meanwhile, and is not cached.
    await Bun.sleep(100);
    if (way.setup !== undefined) await mustRun(["sh", "-c", way.setup[kind]], { cwd: tree, env });
    box.counter.take();
    await mustRun(["sh", "-c", way.build[kind]], { cwd: tree, env });
    // Results are filed behind the build's back, and not if their inputs are gone by then; before its end the daemon does.
    await box.stop();
    return { outputs: snapshot(tree, (path) => /(\.o|prog)$/.test(path)), compiled: box.counter.take().cc1 };
  }
});

/** Objects and the program by path, and how often the compiler itself ran for the project's two units. */
type Built = { readonly outputs: Snapshot; readonly compiled: number };

function same(command: string): Pair {
  return { bare: command, cached: command };
}
