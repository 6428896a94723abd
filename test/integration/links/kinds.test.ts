// Every kind of link, archive and change of a binary: without zccache, with an empty cache and with a full one it
// leaves the same files, modes, messages and exit code, and with a full cache no linker, compiler or archiver starts.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type LinkStage, noLinkers, openLinkStage } from "./link-stage.ts";

setDefaultTimeout(600_000);

/** A title and scripts, each run in a directory of its own. Inputs are those of link-stage.ts. */
type Kind = readonly [title: string, ...scripts: string[]];

const LINKS: Kind[] = [
  ...["gcc", "g++", "clang", "clang++"].map(
    (driver): Kind => [
      `programs and libraries by ${driver}`,
      `${driver} a.o b.o -o prog2`,
      `${driver} a.o -L. -lb`,
      `${driver} -shared f.o -o libg.so -Wl,-soname,libg.so.1`,
      `${driver} -r a.o b.o -o ab.o`,
      `${driver} -static a.o b.o -o prog2`,
    ],
  ),
  ...["bfd", "gold", "lld", "mold"].map(
    (linker): Kind => [
      `programs and libraries by -fuse-ld=${linker}`,
      `gcc -fuse-ld=${linker} a.o b.o -o prog2`,
      `clang -fuse-ld=${linker} a.o b.o -o prog2`,
      `gcc -fuse-ld=${linker} -shared f.o -o libg.so`,
      `gcc -fuse-ld=${linker} a.o b.o -Wl,-Map,x.map -o prog2`,
    ],
  ),
  ...["ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold", "mold"].map(
    (linker): Kind => [
      `programs and libraries by ${linker}`,
      `${linker} start.o -o prog2`,
      `${linker} start.o`,
      `${linker} -shared f.o -o libg.so -soname=libg.so.1`,
      ...(linker.endsWith("mold") ? [] : [`${linker} -r a.o b.o -o ab.o`]),
    ],
  ),
  [
    "programs of C++",
    "g++ c.o -o prog2",
    "g++ -static-libgcc -static-libstdc++ c.o -o prog2",
    "g++ c.cc -x c b.c -o prog2",
  ],
  [
    "programs with libraries",
    "gcc a.o b.o f.o -L. -lf -Wl,-rpath,'$ORIGIN' -o prog2",
    "gcc a.o -Wl,--whole-archive libb.a -Wl,--no-whole-archive -o prog2",
    "gcc a.o -Xlinker -z -Xlinker now -Wl,--start-group libb.a -Wl,--end-group",
    "gcc a.o -L. -ls -o prog2",
    "gcc a.o -l:libb.a -L. -o prog2",
    "mkdir .libs; gcc -shared -fPIC -DPIC .libs/../f.o -O2 -Wl,-soname -Wl,libf.so.0 -o .libs/libf.so.0.0.0; " +
      "(cd .libs && rm -f libf.so.0 && ln -s libf.so.0.0.0 libf.so.0)",
  ],
  [
    "links with options",
    "gcc -s a.o b.o -o prog2",
    "gcc -no-pie -Wl,--gc-sections,--print-gc-sections a.o b.o",
    "gcc a.o b.o -Wl,-z,nonsense -Wl,--warn-common -o prog2",
    "gcc -shared f.o -Wl,--version-script=f.map -o libg.so",
    "gcc -shared f.o -Wl,--version-script,f.map -o libg.so",
    "ld -T start.ld start.o -o prog2",
    "gcc a.o b.o -Wl,--defsym,other=b -o prog2",
    "gcc -fuse-ld=gold -Wl,--gdb-index,--compress-debug-sections=zlib a.o b.o",
  ],
  [
    "identities of builds",
    "gcc a.o b.o -Wl,--build-id -o prog2",
    "ld --build-id start.o -o prog2",
    "clang -fuse-ld=lld a.o b.o -Wl,--build-id -o prog2",
    "gcc a.o b.o -Wl,--build-id=sha1 -o prog2",
    "gcc a.o b.o -Wl,--build-id=none -o prog2",
    "gcc a.o b.o -Wl,--build-id=0x12ab -o prog2",
  ],
  ["random identities of builds", "gcc a.o b.o -Wl,--build-id=uuid -o prog2"],
  [
    "maps and depfiles of linkers",
    "gcc a.o b.o -Wl,-Map=x.map -o prog2",
    "mkdir reports; gcc a.o b.o -Wl,-Map,reports/x.map -o prog2",
    "mkdir reports out; gcc a.o b.o -Wl,-Map,reports/x.map -o out/prog2",
    "gcc a.o b.o -Wl,--print-map -o prog2",
    "gcc a.o b.o -Wl,--dependency-file,x.d -o prog2",
    "mkdir out; gcc a.o b.o -Wl,--dependency-file=out/x.d -o prog2",
    "gcc -fuse-ld=lld a.o b.o -Wl,--dependency-file=x.d -o prog2",
    "gcc a.o b.o -Wl,--cref,--trace -o prog2",
    "ld --cref start.o -o prog2",
  ],
  [
    "links elsewhere, and with arguments in files",
    "mkdir out; gcc a.o b.o -Wl,-O1 -o out/prog2",
    "gcc a.o b.o -Wl,-O1 -o to/prog2",
    "gcc a.o b.o -Wl,-O1 -o dir/../to/./prog2",
    "ld start.o -o to/prog2",
    "gcc -fuse-ld=lld a.o b.o -Wl,-O1 -Wl,-Map,to/x.map -o to/prog2",
    "strip -o to/prog2 prog",
    "ar rcs to/libx.a a.o b.o",
    "gcc a.o b.o -o /dev/null",
    "gcc @gcc.args",
    "ld @ld.args",
  ],
  [
    "links of sources",
    "gcc a.c b.o -o prog2",
    "gcc a.c b.c -o prog2",
    "gcc -g a.c b.c -o prog2",
    "gcc -MD a.c b.c -o prog2",
    "clang -MMD a.c b.o -o prog2",
    "clang a.c b.c -o prog2",
    "clang -g a.c b.c -o prog2",
    "gcc -x c - -x none b.o -o prog2 <a.c",
    "gcc a.o ret.s -o prog2",
  ],
  [
    "links of sources with more outputs",
    "gcc -save-temps a.c b.c -o prog2",
    "rm a.o b.o; clang -save-temps a.c b.c -o prog2",
    "mkdir out; gcc -save-temps=obj a.c b.c -o out/prog2",
    "gcc --coverage -frandom-seed=1 a.c b.c -o prog2",
    "gcc -g -gsplit-dwarf a.c b.c -o prog2",
    "clang -g -gsplit-dwarf a.c b.c -o prog2",
  ],
  [
    "link-time optimization",
    "gcc -flto -O2 a-fat.o b-fat.o -o prog2",
    "gcc -O2 -fno-lto a-fat.o b-fat.o -o prog2",
    "gcc -flto -O2 a-slim.o b-slim.o -o prog2",
    "gcc a-slim.o b-slim.o -o prog2",
    "gcc -flto -O2 -frandom-seed=1 a.c b.c -o prog2",
    "clang -flto -fuse-ld=lld -O2 a-full.bc b-full.bc -o prog2",
    "clang -flto=thin -fuse-ld=lld -O2 a-thin.bc b-thin.bc -o prog2",
  ],
  [
    "link-time optimization in several processes",
    "gcc -flto=auto -O2 a-slim.o b-slim.o -o prog2",
    "gcc -flto=2 -O2 a-slim.o b-slim.o -o prog2",
    "printf 'prog2:\\n\\t+gcc -flto=jobserver -O2 a-slim.o b-slim.o -o prog2\\n' >Makefile; make -s -j2",
  ],
  [
    "link-time optimization otherwise",
    "gcc -flto -flto-partition=one -O2 -shared a-slim.o b-slim.o -o libg.so",
    "gcc -flto -save-temps -O2 a-slim.o b-slim.o -o prog2",
    "gcc -flto -fuse-ld=gold -O2 a-slim.o b-slim.o -o prog2",
    "gcc -flto -fuse-ld=mold -O2 a-slim.o b-slim.o -o prog2",
    "gcc -flto -r -O2 -flinker-output=rel a-slim.o b-slim.o -o ab.o",
  ],
];

const PLUGIN = "/usr/lib/gcc/x86_64-linux-gnu/12/liblto_plugin.so";

const ARCHIVES: Kind[] = [
  [
    "new archives",
    ...["rc", "rcs", "rcD", "rcsD", "-rcs", "qc", "q", "r", "crsP", "rcS", "rcv", "rcsT", "rcSU"].map(
      (letters) => `ar ${letters} libx.a a.o b.o`,
    ),
    "mkdir out; ar --thin -rcs out/libx.a a.o b.o",
    "ar rcsT libx.a $PWD/a.o $PWD/b.o",
    "ar rcs libx.a @ar.args",
    "mkdir out; ar rcs out/libx.a a.o b.o",
    "printf 'create libx.a\\naddmod a.o\\naddlib libb.a\\nsave\\nend\\n' | ar -M",
    `ar --plugin ${PLUGIN} rcs libx.a a-slim.o`,
    "rm libb.a; ar qc libb.a a.o b.o; ranlib libb.a",
    "ar rcsa b.o libx.a a.o",
    "ar rcs libx.a a.o ./a.o",
    "llvm-ar qc libx.a a.o b.o",
    "llvm-ar rcs libx.a a.o b.o",
    "llvm-ar rcs --thin libx.a a.o b.o",
    "llvm-ar rcsD libx.a a-thin.bc b-thin.bc",
  ],
  ["archives whose index has a date", "ar rcU libx.a a.o", "ar rcsU libx.a a.o b.o"],
  [
    "changed archives",
    "ar r libb.a b.o a.o",
    "ar rv libb.a b.o a.o",
    "ar ru libb.a b.o old.o",
    "llvm-ar r libb.a b.o a.o",
  ],
  [
    "indexes of archives",
    "ar rcS libx.a a.o; ranlib libx.a",
    "ar rcS libx.a a.o; ar s libx.a",
    "ar rcS libx.a a.o; ranlib -D libx.a",
    "ranlib libb.a",
  ],
];

const BINARIES: Kind[] = [
  [
    "stripped files",
    "strip prog",
    "strip -o prog2 prog",
    "strip -S a.o",
    "strip --strip-unneeded libb.a",
    "strip --strip-debug libf.so",
    "strip -R .comment --strip-all -o out.so libf.so",
    "chmod 700 prog; strip -o prog2 prog",
    "chmod 750 prog; x86_64-linux-gnu-strip prog",
    "mkdir sub; cd sub; strip ../prog",
    "mkdir sub; ln -s sub link; strip link/../prog; objcopy --strip-debug sub/../a.o",
    "ln -s . link; strip link/prog",
  ],
  [
    "copied files",
    "objcopy --strip-debug prog",
    "objcopy prog prog2",
    "objcopy -O binary -j .text prog prog.bin",
    "objcopy --only-keep-debug prog prog.dbg",
    "objcopy --strip-debug --add-gnu-debuglink=prog.debug prog prog2",
    "objcopy --redefine-sym f=g --localize-symbol hidden f.o g.o",
    "objcopy --add-section .note=f.map f.o g.o",
    "objcopy --prefix-symbols=x_ libb.a libx.a",
    "objcopy -I binary -O elf64-x86-64 f.map f-map.o",
    "objcopy --only-keep-debug prog p.dbg; objcopy --strip-debug prog",
  ],
];

describe.skipIf(noLinkers !== undefined)(titled("through zccache", noLinkers), () => {
  let stage: LinkStage;
  beforeAll(async () => {
    stage = await openLinkStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each([...LINKS, ...ARCHIVES, ...BINARIES])(
    "%s are the same, and then from the cache",
    async (...[, ...scripts]) => {
      const { starts } = await stage.expectHits(stage.scenes(scripts));
      expect(starts).toBeGreaterThan(0);
    },
  );

  test.each([
    ["an executable file beside the program", "gcc a.o b.o -Wl,--out-implib=x.implib -o prog2", 0],
    ["members of an archive shown", "ar t libb.a", 0],
    ["a member of an archive extracted", "ar x libb.a b.o", 0],
    ["a member of an archive deleted", "ar d libb.a b.o", 0],
    ["an archive that takes more members", "ar q libb.a a.o b.o", 0],
    ["an archive that takes a member behind another", "ar rcsa b.o libb.a a.o", 0],
    ["an archive that takes a member in front of another", "ar rcsb b.o libb.a a.o", 0],
    ["an archive that takes two members of one name", "ar rcs libb.a a.o ./a.o", 0],
    ["a file that takes another name in", "objcopy --add-gnu-debuglink=prog.debug prog", 0],
    ["a file whose symbols get longer names", "objcopy --prefix-symbols=x_ a.o", 0],
    ["an unknown modifier", "ar rcsL libx.a libb.a a.o", 1],
    ["no inputs", "gcc -o prog2", 1],
    ["words of a linker", "ld -v start.o -o prog2", 0],
    ["statistics", "ld --stats start.o -o prog2 2>words; grep -c total words; rm words", 0],
    ["a symbol that is not defined", "gcc a.o u.o -o prog2", 1],
    ["a library that is not there", "gcc a.o b.o -lnowhere -o prog2", 1],
    ["a symbol that is not defined, by clang and lld", "clang -fuse-ld=lld u.o -o prog2", 1],
    ["an object that is not there", "ld start.o nowhere.o -o prog2", 1],
    ["a member that is not there", "ar rcs libx.a nowhere.o", 1],
    ["a file to strip that is not there", "strip nowhere", 1],
    ["no format that strip knows", "strip f.map", 1],
    ["several files to strip", "strip -g prog libf.so a.o libb.a", 0],
    ["several files to strip, one of which is not there", "strip prog nowhere libf.so", 1],
    ["LLVM's strip", "chmod 750 prog; llvm-strip prog; llvm-strip -o prog2 prog", 0],
    ["LLVM's strip of several files", "llvm-strip -g prog libf.so a.o", 0],
    ["LLVM's objcopy", "llvm-objcopy --only-keep-debug prog prog2", 0],
  ])("%s: is run each time", async (_, script, exitCode) => {
    const scene = stage.scene(script);
    const bare = await stage.bareRun(scene);
    expect(bare.exitCode).toBe(exitCode);
    for (let round = 0; round < 2; round++) {
      const { effect, starts } = await stage.cachedRun(scene);
      expect(effect).toEqual(bare);
      expect(starts).toBeGreaterThan(0);
    }
  });

  test("slim objects of gcc-ar, which starts an archiver of PATH, are the same, and then from the cache", async () => {
    // Counting stand-ins below it would be taken for work that the tracer does not see.
    const scene = stage.scene("gcc-ar rcs libx.a a-slim.o b-slim.o; gcc-ranlib libx.a");
    const { box, shims } = stage.at.stage;
    const bare = await stage.at.stage.once(scene, box.env["PATH"]);
    for (let round = 0; round < 3; round++) {
      expect(await stage.at.stage.once(scene, `${shims}:${box.env["PATH"]}`)).toEqual(bare);
    }
    const before = await stage.linkCounts();
    await stage.at.stage.once(scene, `${shims}:${box.env["PATH"]}`);
    expect((await stage.linkCounts()).link_hits - before.link_hits).toBe(2);
  });

  test("what a launcher starts is the same, and then from the cache", async () => {
    const scripts = [
      "gcc a.o b.o -o p",
      "clang a.o b.o -o p",
      "ld.bfd start.o -o p",
      "ar rcs p a.o",
      "strip -o p prog",
    ];
    const scene = stage.scenes(scripts.map((script) => `$Z ${script}`));
    const { starts } = await stage.expectHits(scene, (of) => stage.launchedRun(of));
    expect(starts).toBeGreaterThan(0);
  });
});
