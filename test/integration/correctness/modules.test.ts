// C++20 modules: interfaces are results and inputs like others with clang; gcc's hold the time they were made, and are
// left to gcc. An edit of an imported interface is always seen.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { type ClangStage, openClangStage } from "../compilers/clang-stage.ts";
import { type Effect, openStage, type Stage } from "../fidelity/three-ways.ts";

setDefaultTimeout(600_000);

// bar is what foo imports, which main imports; bar has a header in its global part.
const SOURCES = `
printf '#define VALUE 1\\n' >h.h
printf 'module;\\n#include "h.h"\\nexport module NAME.bar;\\nexport inline int b() { return VALUE; }\\n' >bar.cppm
printf 'export module NAME.foo;\\nimport NAME.bar;\\nexport int f() { return b(); }\\n' >foo.cppm
printf 'import NAME.foo;\\nimport NAME.bar;\\nint main() { return f() - b(); }\\n' >main.cc
mkdir out
`;

// In 14 modules want to be asked for, up to 16 interfaces are renamed, from 19 on written over what is there.
const VERSIONS = ["clang++", "clang++-16", "clang++-19"];

describe.each(VERSIONS)("modules of %s:", (compiler) => {
  const missing = missingTool(compiler);
  // clang 14 wants to be asked, and knows neither partitions nor the way in one step.
  const isOld = compiler === "clang++";
  const CXX = `${compiler} -std=c++20${isOld ? " -fmodules-ts" : ""}`;
  const BAR = `${CXX} --precompile bar.cppm -o out/NAME.bar.pcm`;
  const FOO = `${CXX} --precompile foo.cppm -fprebuilt-module-path=out -o out/NAME.foo.pcm`;
  const MAIN = `${CXX} -c main.cc -fprebuilt-module-path=out -o main.o`;
  const OBJECTS = "for name in bar foo; do COMPILER -c out/NAME.$name.pcm -fprebuilt-module-path=out -o $name.o; done";
  const IN_TWO = [BAR, FOO, OBJECTS.replace("COMPILER", CXX), MAIN].join("\n");
  const FILES = "-fmodule-file=NAME.bar=out/bar.pcm -fmodule-file=NAME.foo=out/foo.pcm";
  const IN_ONE = [
    `printf -- '-x c++-module\\n-fmodule-output="out/bar.pcm"\\n' >out/bar.map`,
    `${CXX} -MD -MT bar.o -MF out/bar.d @out/bar.map -o bar.o -c bar.cppm`,
    `${CXX} -MD -MF out/foo.d -c foo.cppm -o foo.o -fmodule-file=NAME.bar=out/bar.pcm -fmodule-output=out/foo.pcm`,
    `${CXX} -c main.cc ${FILES} -o main.o`,
  ].join("\n");

  let at: ClangStage;
  let scenes = 0;
  beforeAll(async () => {
    if (missing !== undefined) return;
    const path = Bun.which(compiler);
    if (path !== null) at = await openClangStage(() => ({ [compiler]: path }));
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  const scene = (script: string, sources = SOURCES) => {
    const name = `m${scenes++}`;
    return { prepare: sources.replaceAll("NAME", name), script: script.replaceAll("NAME", name) };
  };
  const IN_ONE_STEP: [string, string] = ["one step, as CMake calls it,", IN_ONE];
  const scripts: [string, string][] = [["two steps", IN_TWO], ...(isOld ? [] : [IN_ONE_STEP])];
  /** Whether an interface is renamed or written in place is left open where it makes no difference. */
  const seen = (effect: Effect) =>
    JSON.stringify(effect, undefined, 1).replace(/(\.pcm": "file .*) (?:same|replaced)"/g, '$1"');

  test.skipIf(missing !== undefined).each(scripts)(
    titled("in %s every call is a hit, byte for byte", missing),
    async (_steps, script) => {
      const { files } = await at.expectHits(scene(script));
      expect(Object.keys(files).filter((name) => /\.(?:o|pcm)$/.test(name))).toHaveLength(5);
    },
  );

  const EDITS: [string, string][] = [
    ["the interface of a module that an imported one imports", "sed -i 's/return VALUE/return VALUE + 1/' bar.cppm"],
    ["a header of its global part, of the same size", "sed -i s/1/2/ h.h"],
    ["the interface that is imported", "sed -i 's/return b()/return 1 + b()/' foo.cppm"],
    ["the importer", "echo 'int more;' >>main.cc"],
  ];
  test.skipIf(missing !== undefined).each(EDITS)(
    titled("an edit of %s is seen, and undone it hits again", missing),
    async (_what, edit) => {
      for (const script of scripts.map(([, script]) => script)) {
        const before = scene(script);
        const after = { ...before, prepare: `${before.prepare}\n${edit}` };
        const good = await at.expectHits(before);
        const edited = await at.cachedRun(after);
        expect(edited.effect).toEqual(await at.stage.once(after, at.bare));
        expect(edited.effect).not.toEqual(good);
        expect(edited.starts).toBeGreaterThan(0);
        expect(await at.cachedRun(before)).toEqual({ effect: good, starts: 0 });
      }
    },
  );

  // bar as another version of it is found in first/, and as the first one in second/; only the first is at hand.
  const MORE = `
mkdir first second
printf 'export module NAME.bar;\\nexport [[deprecated]] inline int b() { return 3; }\\n' >other.cppm
printf 'import NAME.bar;\\nint use() { return b(); }\\n' >use.cc
${CXX} --precompile other.cppm -o second/NAME.bar.pcm
sed s/3/4/ other.cppm >another.cppm
${CXX} --precompile another.cppm -o another.pcm
printf 'export module NAME.whole:part;\\nexport inline int p() { return 3; }\\n' >part.cppm
printf 'export module NAME.whole;\\nexport import :part;\\nexport int w();\\n' >whole.cppm
printf 'module NAME.whole;\\nint w() { return p(); }\\n' >impl.cc
`;
  const USE = `${CXX} -c use.cc -fprebuilt-module-path=first -fprebuilt-module-path=second -o use.o || echo failed`;
  const WHOLE = [
    `${CXX} -g --precompile part.cppm -o out/NAME.whole-part.pcm`,
    `${CXX} -g --precompile whole.cppm -fprebuilt-module-path=out -o out/NAME.whole.pcm`,
    `${CXX} -g -c impl.cc -fprebuilt-module-path=out -o impl.o`,
  ].join("\n");
  const PARTITION: [string, string, string] = ["a partition changes", WHOLE, "sed -i s/3/5/ part.cppm"];
  const CHANGES: [string, string, string][] = [
    ["an interface appears earlier on the search path", USE, "cp another.pcm first/NAME.bar.pcm"],
    ["an interface becomes another one", USE, "cp another.pcm second/NAME.bar.pcm"],
    ["an interface becomes a link to another one", USE, "ln -sf ../another.pcm second/NAME.bar.pcm"],
    ["the source that a message shows changes, but its size", USE, "sed -i 's/deprecated/DEPRECATED/' other.cppm"],
    ["the source that a message shows grows", USE, "sed -i 's/inline/  inline/' other.cppm"],
    ["the source that a message shows is gone", USE, "rm other.cppm"],
    ["an interface is gone", USE, "rm second/NAME.bar.pcm"],
    ...(isOld ? [] : [PARTITION]),
  ];
  test.skipIf(missing !== undefined).each(CHANGES)(
    titled("a result is as without zccache when %s", missing),
    async (_what, script, change) => {
      const before = scene(script, SOURCES + MORE);
      const name = before.prepare.match(/module (m\d+)/)?.[1] ?? "";
      const after = { ...before, prepare: `${before.prepare}\n${change.replaceAll("NAME", name)}` };
      const good = await at.expectHits(before);
      const changed = await at.cachedRun(after);
      expect(changed.effect).toEqual(await at.stage.once(after, at.bare));
      expect(await at.cachedRun(before)).toEqual({ effect: good, starts: 0 });
    },
  );

  const PLACES: [string, string][] = [
    ["files of earlier builds", "echo old >out/NAME.bar.pcm; echo old >out/bar.pcm"],
    ["empty files", ": >out/NAME.bar.pcm; : >out/bar.pcm"],
    ["files of another mode", "echo old | tee out/NAME.bar.pcm >out/bar.pcm; chmod 600 out/*.pcm"],
    ["executable files", "echo old | tee out/NAME.bar.pcm >out/bar.pcm; chmod 755 out/*.pcm"],
    ["read-only files", "echo old | tee out/NAME.bar.pcm >out/bar.pcm; chmod 444 out/*.pcm"],
    ["hard links", "echo old >x; ln x out/NAME.bar.pcm; ln x out/bar.pcm"],
    ["symbolic links", "echo old >x; ln -s ../x out/NAME.bar.pcm; ln -s ../x out/bar.pcm"],
    ["symbolic links to nothing", "ln -s ../x out/NAME.bar.pcm; ln -s ../x out/bar.pcm"],
  ];
  test.skipIf(missing !== undefined).each(PLACES)(
    titled("%s are written over as clang does", missing),
    async (_what, old) => {
      for (const script of scripts.map(([, script]) => script)) {
        const { prepare, script: named } = scene(script);
        const name = prepare.match(/module (m\d+)/)?.[1] ?? "";
        const full = { prepare: `${prepare}${old.replaceAll("NAME", name)}\n`, script: named };
        await at.expectHits({ prepare, script: named });
        const { effect } = await at.cachedRun(full);
        expect(seen(effect)).toBe(seen(await at.stage.once(full, at.bare)));
      }
    },
  );
});

describe("modules of gcc are left to gcc:", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => await stage[Symbol.asyncDispose]());

  const CXX = "g++ -std=c++20 -fmodules-ts";
  const PREPARE = `
printf 'export module bar;\\nexport inline int b() { return 1; }\\n' >bar.cc
printf 'import bar;\\nint main() { return b(); }\\n' >main.cc
printf 'inline int h() { return 1; }\\n' >unit.h
printf 'import "unit.h";\\nint use() { return h(); }\\n' >use.cc
printf 'bar where/bar.gcm\\n' >map
mkdir where
`;
  test.each([
    [
      "interfaces in gcm.cache",
      `${CXX} -c bar.cc; ${CXX} -c main.cc; gcc main.o bar.o -o prog`,
      2,
      "sed -i s/1/2/ bar.cc",
    ],
    [
      "a mapper's file",
      `${CXX} -fmodule-mapper=map -c bar.cc; ${CXX} -fmodule-mapper=map -c main.cc; g++ main.o -o prog`,
      2,
      "sed -i s/1/2/ bar.cc",
    ],
    [
      "header units",
      `${CXX} -fmodule-header unit.h; ${CXX} -c use.cc; ${CXX} -c -x c++ bar.cc`,
      3,
      "sed -i s/1/2/ unit.h",
    ],
    ["header units of the system", `${CXX} -x c++-system-header cstddef`, 1, "true"],
  ])("%s", async (...row) => {
    const [, script, calls, edit] = row;
    const objects = ({ exitCode, stdout, stderr, files }: Effect) => ({
      said: { exitCode, stdout, stderr },
      // Interfaces hold the time.
      files: Object.fromEntries(Object.entries(files).map(([name, file]) => [name, name.endsWith(".gcm") ? "" : file])),
    });
    await stage.box.zccache(["clear"]);
    for (const prepare of [PREPARE, PREPARE, `${PREPARE}${edit}`]) {
      const cached = await stage.once({ prepare, script }, stage.path);
      expect(objects(cached)).toEqual(objects(await stage.once({ prepare, script }, undefined)));
    }
    const { stdout } = await stage.box.zccache(["status", "--json"]);
    expect(JSON.parse(stdout).daemon).toMatchObject({
      cache_hits: 0,
      cache_misses: 0,
      non_cacheable_reasons: { modules: 3 * calls },
    });
  });
});
