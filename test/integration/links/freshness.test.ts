// Everything that can change what a link, an archive or a stripped file becomes: the result is another one, as without
// zccache, and when the change is undone it is the old one again, from the cache.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import type { Environment } from "../../support/run.ts";
import { type LinkStage, noLinkers, openLinkStage } from "./link-stage.ts";

setDefaultTimeout(600_000);

// A twin of b.o with its size and times but another content, and directories for what may appear.
const PREPARE = `
cp b.c old.c
mkdir first second bin crt
printf 'int b(int x) { return 3 * x; }\\n' >b.c
gcc -g -fPIC -c b.c -o twin.o
touch -r b.o twin.o
ar rcsD libtwin.a twin.o
cp libb.a second/libown.a
mkdir gold; ln -s /usr/bin/ld.gold gold/ld
cp /usr/lib/gcc/x86_64-linux-gnu/12/liblto_plugin.so plugin.so
cp libtwin.a first/libown.a
echo '{ main; };' >dyn
printf 'f g\\n' >syms
printf 'create p.a\\naddmod a.o\\nsave\\nend\\n' >mri
cp b.o prog.o
mv old.c b.c
`;
const BY_PATH = 'PATH=$(echo "$PATH" | sed "s#^\\([^:]*/shims:\\)\\?#&$PWD/bin:#")';

/** What changed, the script, and the change. */
const EDITS: [string, string, string][] = [
  ["an object", "gcc a.o b.o -o p", "gcc -O2 -c b.c -o b.o"],
  ["an object whose size and time stay", "gcc a.o b.o -o p", "cp -p twin.o b.o"],
  ["an object whose size and time stay, by ld", "ld -r a.o b.o -o p", "cp -p twin.o b.o"],
  ["a source of a link", "gcc a.c b.c -o p", "echo 'int b(int x) { return x; }' >b.c"],
  ["an object that is renamed over", "clang a.o b.o -o p", "cp -p twin.o new.o; mv new.o b.o"],
  ["an archive's member", "gcc a.o libb.a -o p", "cp libtwin.a libb.a"],
  ["a library behind -l", "gcc a.o -Lfirst -Lsecond -lown -o p", "cp libtwin.a second/libown.a"],
  ["a library earlier in -L", "gcc a.o -Lfirst -Lsecond -lown -o p", "cp libtwin.a first/libown.a"],
  ["a shared library beside the archive", "gcc a.o -Lsecond -lown -o p", "gcc -shared twin.o -o second/libown.so"],
  [
    "a shared library earlier than the archive",
    "gcc a.o -Lfirst -Lsecond -lown",
    "gcc -shared twin.o -o first/libown.so",
  ],
  ["a directory of -L", "gcc a.o -Lnone -Lsecond -lown -o p", "mkdir none; cp libtwin.a none/libown.a"],
  ["a library that becomes a link", "gcc a.o -Lsecond -lown -o p", "ln -sf ../libtwin.a second/libown.a"],
  ["a shared library", "gcc a.o b.o f.o -L. -lf -o p", "gcc -shared -Wl,-soname,libother.so f.o -o libf.so"],
  ["a linker script", "ld -T start.ld start.o -o p", "sed -i s/0x500000/0x600000/ start.ld"],
  ["an implicit linker script", "gcc a.o -L. -ls -o p", "echo 'INPUT(twin.o)' >libs.so"],
  ["a version script", "gcc -shared f.o -Wl,--version-script=f.map -o p.so", "sed -i s/f/hidden/ f.map"],
  ["a dynamic list", "gcc a.o b.o -Wl,--dynamic-list=dyn -o p", "echo '{ b; };' >dyn"],
  ["a crt file of -B", "gcc -Bcrt a.o b.o -o p", "gcc -c -x c /dev/null -o crt/crtn.o"],
  ["a response file", "gcc @gcc.args", "echo 'a.o twin.o -o p' >gcc.args"],
  ["a linker of -B", "gcc -Bbin a.o b.o -o p", "cp /usr/bin/ld.gold bin/ld"],
  ["a linker earlier on PATH, behind the stand-ins", `${BY_PATH}; gcc a.o b.o -o p`, "cp /usr/bin/ld.gold bin/ld"],
  ["a linker earlier on PATH, before them", "PATH=$PWD/bin:$PATH; gcc a.o b.o -s -o p", "cp /usr/bin/ld.gold bin/ld"],
  [
    "a linker of -fuse-ld earlier on PATH",
    "PATH=$PWD/bin:$PATH; gcc -fuse-ld=gold a.o b.o",
    "cp /usr/bin/ld.bfd bin/ld.gold",
  ],
  ["a linker in its place", "PATH=$PWD/bin:$PATH; gcc a.o twin.o -o p", "cp /usr/bin/ld.gold bin/ld"],
  ["a linker that is called, in its place", `${BY_PATH}; ld start.o -o p`, "cp /usr/bin/ld.gold bin/ld"],
  ["an LTO object", "gcc -flto -O2 a-slim.o b-slim.o -o p", "cp b-fat.o b-slim.o"],
  ["bitcode", "clang -flto=thin -fuse-ld=lld a-thin.bc b-thin.bc -o p", "cp b-full.bc b-thin.bc"],
  ["a member of a new archive", "ar rcs p.a a.o b.o", "cp -p twin.o b.o"],
  ["a member of a thin archive", "ar rcsT p.a a.o b.o", "gcc -O2 -c f.c -o b.o"],
  ["the archive before r", "ar r libb.a a.o", "cp libtwin.a libb.a"],
  ["an archive that is there for q", "ar q p.a a.o", "ar rcsD p.a f.o"],
  ["a member of a new archive of q", "ar qc p.a a.o b.o", "cp -p twin.o b.o"],
  ["an archive that is there for rcs", "ar rcs p.a a.o", "ar rcsD p.a f.o"],
  ["a plugin", "ar --plugin ./plugin.so rcs p.a a-slim.o", "objcopy --add-section .x=f.map plugin.so"],
  ["a plugin of ld", "ld -plugin ./plugin.so start.o -o p", "objcopy --add-section .x=f.map plugin.so"],
  ["what U stores of a member", "ar rcSU p.a a.o b.o", "touch -d 2001-01-01 b.o"],
  ["the mode that U stores of a member", "ar rcSU p.a a.o b.o", "chmod 600 b.o"],
  ["an archive to index", "ranlib libb.a", "ar rcSD libb.a f.o"],
  ["the archive before llvm-ar", "llvm-ar r libb.a a.o", "cp libtwin.a libb.a"],
  ["the orders of ar -M", "ar -M <mri", "sed -i s/a.o/f.o/ mri"],
  ["what ar -M adds", "ar -M <mri", "cp f.o a.o"],
  ["a file to strip in place", "strip b.o", "cp -p twin.o b.o"],
  ["a file to strip", "strip -o p b.o", "cp -p twin.o b.o"],
  ["a file to copy in place", "objcopy --strip-debug b.o", "cp -p twin.o b.o"],
  ["a file to copy", "objcopy --only-keep-debug b.o p", "cp -p twin.o b.o"],
  ["the file of --add-gnu-debuglink", "objcopy --add-gnu-debuglink=prog.debug prog p", "strip prog.debug"],
  ["a section that is added", "objcopy --add-section .note=f.map b.o p", "echo more >>f.map"],
  ["a list of symbols", "objcopy --redefine-syms=syms f.o p", "echo 'f h' >syms"],
];

/** The change of a file that shows in a mode only. */
const MODES: [string, string][] = [
  ["objcopy into another file", "objcopy prog p"],
  ["strip -o", "strip -o p prog"],
  ["strip in place", "strip prog"],
  ["objcopy in place", "objcopy --strip-debug prog"],
  ["a link of an object", "ld -r prog.o -o p"],
  ["an archive of it", "ar rcs p.a prog"],
];

const VARIABLES: [string, string, Environment, Environment][] = [
  [
    "LIBRARY_PATH",
    "LIBRARY_PATH=$PWD/$WAY; export LIBRARY_PATH; gcc a.o -lown -o p",
    { WAY: "second" },
    { WAY: "first" },
  ],
  ["LD_RUN_PATH", "gcc a.o b.o f.o -L. -lf -Wl,--no-as-needed -o p", { LD_RUN_PATH: "/a" }, { LD_RUN_PATH: "/b" }],
  ["LD_RUN_PATH of ld", "ld start.o -L. -lf --no-as-needed -o p", {}, { LD_RUN_PATH: "/b" }],
  ["the order of members", "ar rcs p.a $MEMBERS", { MEMBERS: "a.o b.o" }, { MEMBERS: "b.o a.o" }],
  ["the order of objects", "gcc $OBJECTS -o p", { OBJECTS: "a.o b.o" }, { OBJECTS: "b.o a.o" }],
  ["GNUTARGET", "objcopy f.map p", { GNUTARGET: "binary" }, { GNUTARGET: "ihex" }],
  ["GNUTARGET of ld", "ld -r f.map -o p", { GNUTARGET: "binary" }, { GNUTARGET: "elf64-x86-64" }],
  ["LDEMULATION", "ld start.o -o p", {}, { LDEMULATION: "elf32_x86_64" }],
  ["COMPILER_PATH", "COMPILER_PATH=$WAY; export COMPILER_PATH; gcc a.o b.o -o p", { WAY: "first" }, { WAY: "gold" }],
];

describe.skipIf(noLinkers !== undefined)(titled("a stored result is not used when there is another", noLinkers), () => {
  let stage: LinkStage;
  beforeAll(async () => {
    stage = await openLinkStage(PREPARE);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each(EDITS)("%s [links 14]", async (title, script, edit) => {
    const inPlace = title.includes("in its place") ? "cp /usr/bin/ld.bfd bin/ld" : ":";
    const prepare = `rm first/libown.a\n${inPlace}`;
    const before = stage.scene(script, prepare);
    const after = stage.scene(script, `${prepare}\n${edit}`);
    const old = await stage.expectHits(before);
    const edited = await stage.cachedRun(after);
    expect(edited.effect).toEqual(await stage.bareRun(after));
    // The linker in bin is not counted.
    if (!script.includes("ld start.o -o p") || !script.includes("bin")) expect(edited.starts).toBeGreaterThan(0);
    expect(await stage.cachedRun(before)).toEqual({ effect: old.effect, starts: 0 });
  });

  test.each([
    ["a library behind -l", "gcc a.o -L$PWD/first -L$PWD/second -lown -o p", "cp libtwin.a second/libown.a"],
    ["a library earlier in -L", "gcc a.o -L$PWD/first -L$PWD/second -lown -o p", "cp libtwin.a first/libown.a"],
    ["a library without -l", "gcc a.o $PWD/second/libown.a -o p", "cp libtwin.a second/libown.a"],
    ["a linker script", "ld -T $PWD/start.ld start.o -o p", "sed -i s/0x500000/0x600000/ start.ld"],
    ["a source of a link", "gcc $PWD/a.c $PWD/b.c -o p", "echo 'int b(int x) { return x; }' >b.c"],
    ["a linker of -B", "gcc -B$PWD/bin a.o b.o -o p", "cp /usr/bin/ld.gold bin/ld"],
  ])("%s, with paths remapped [links 14]", async (_, script, edit) => {
    const prepare = "rm first/libown.a; mkdir .git";
    const remapped = (more: string) => ({
      ...stage.scene(script, `${prepare}\n${more}`),
      env: { ZCCACHE_PATH_REMAP: "auto" },
    });
    const old = await stage.expectHits(remapped(":"));
    const edited = await stage.cachedRun(remapped(edit));
    expect(edited.effect).toEqual(await stage.bareRun(remapped(edit)));
    expect(edited.starts).toBeGreaterThan(0);
    expect(await stage.cachedRun(remapped(":"))).toEqual({ effect: old.effect, starts: 0 });
  });

  test.each(MODES)("a mode or the umask, %s", async (_, script) => {
    const modes = ["chmod 755", "chmod 600", "umask 027; chmod 700"];
    const scripts = modes.flatMap((mode) => ["prog", "prog.o"].map((name) => `${mode} ${name}; ${script}`));
    const scene = stage.scenes(scripts);
    const bare = await stage.bareRun(scene);
    for (let round = 0; round < 2; round++) expect((await stage.cachedRun(scene)).effect).toEqual(bare);
  });

  test("a linker earlier on PATH, where a launcher starts the driver", async () => {
    const script = "PATH=$PWD/bin:$PATH; $Z gcc -s a.o f.o b.o -o launched";
    const [before, after] = [stage.scene(script), stage.scene(script, "cp /usr/bin/ld.gold bin/ld")];
    await stage.expectHits(before, (of) => stage.launchedRun(of));
    const edited = await stage.launchedRun(after);
    expect(edited.effect).toEqual(await stage.bareRun(after));
    expect(edited.starts).toBeGreaterThan(0);
  });

  test.each(["SOURCE_DATE_EPOCH", "ZERO_AR_DATE"])("%s, which these tools take no notice of", async (name) => {
    const scripts = ["gcc a.o b.o -o p", "ld.lld start.o -o p", "ar rcs p.a a.o", "llvm-ar rcs p.a a.o"];
    for (const value of ["1", "1000000000"]) {
      const scene = { ...stage.scenes(scripts), env: { [name]: value } };
      const bare = await stage.bareRun(scene);
      for (let round = 0; round < 2; round++) expect((await stage.cachedRun(scene)).effect).toEqual(bare);
    }
  });

  test.each(VARIABLES)("%s", async (_, script, ...[some, other]) => {
    const before = { ...stage.scene(script), env: some };
    const after = { ...before, env: other };
    const old = await stage.expectHits(before);
    const changed = await stage.cachedRun(after);
    expect(changed.effect).toEqual(await stage.bareRun(after));
    expect(changed.starts).toBeGreaterThan(0);
    expect(await stage.cachedRun(before)).toEqual({ effect: old.effect, starts: 0 });
  });
});
