// The tool runs as its caller's child: modes, limits, priority, descriptors, job server; and finds its parts where it is.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { expectHits, expectSame, openStage, type Stage, warningSource } from "./three-ways.ts";

setDefaultTimeout(600_000);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.box.zccache(["install-shims", stage.shims, "gcc-99"]);
});
afterAll(async () => await stage?.[Symbol.asyncDispose]());

// A compiler that tells what it was given, and fails, so that nobody else is told the same.
// Of the ignored signals 1 to 28 are shown: 32 and 33 are the C library's own, which posix_spawn(3) ignores.
const TELLING = `mkdir bin; echo int x >a.c; cat >bin/gcc-99 <<'END'
#!/bin/sh
{ ulimit -a; ulimit -Ha; umask; nice; pwd; cat /proc/self/cgroup; ls /proc/self/fd | sort -n | tr '\\n' ' '; cat <&3; cat <&9
grep -E 'SigBlk|Cpus_allowed_list' /proc/self/status; sed -n 's/SigIgn.*\\(.\\{7\\}\\)$/\\1/p' /proc/self/status; echo "$@"; } >&2
exit 3
END
chmod +x bin/gcc-99`;

test.each(["000", "022", "077"])("X11: umask %s, the caller's own at each call", async (umask) => {
  const script = `umask ${umask}; gcc -MD -c a.c -o a.o; umask 027; gcc -c a.c -o b.o`;
  const { warm } = await expectHits(stage, { prepare: warningSource("masked"), script });
  const mode = (0o666 & ~Number.parseInt(umask, 8)).toString(8);
  expect(warm.files["a.o"]).toStartWith(`file ${mode} `);
  expect(warm.files["b.o"]).toStartWith("file 640 ");
});

test.each(["-c", "-S"])("X10, X11: limits, nice, working directory, descriptors 3 to 9 under %s", async (how) => {
  const script = `PATH=$PATH:$PWD/bin; printf three >three; printf nine >nine; exec 3<three 5</dev/null 9<nine
(ulimit -c 0; ulimit -f 100000; ulimit -n 200; ulimit -s 1024; umask 027; nice -n 5 gcc-99 ${how} a.c -o a.o; echo $?)
trap '' HUP; gcc-99 ${how} a.c -o b.o`;
  const { bare } = await expectSame(stage, { prepare: TELLING, script });
  expect(bare.stderr).toContain("threenine");
});

test("X11: a limit on the size of files ends a compiler that writes too much", async () => {
  const prepare = `awk 'BEGIN { for (i = 0; i < 20000; i++) printf "int v%d = %d;\\n", i, i }' >a.c`;
  const script = "ulimit -f 4; gcc -c a.c -o a.o; echo $?";
  await expectSame(stage, { prepare, script });
});

const noMake = missingTool("make");

test.skipIf(noMake !== undefined)(titled("X10: make's job server under -flto=jobserver", noMake), async () => {
  const prepare = `for n in 1 2 3 4; do echo "int f$n(int x) { return x + $n; }" >$n.c; done; echo 'int main() { return 0; }' >m.c
cat >Makefile <<'END'
OBJECTS = 1.o 2.o 3.o 4.o m.o
prog: $(OBJECTS); +gcc -flto=jobserver -O2 $(OBJECTS) -o prog -frandom-seed=1
%.o: %.c; +gcc -flto=jobserver -frandom-seed=$< -O2 -c $< -o $@
END`;
  const script = "make -j2 >said; sort said; rm said";
  const { bare } = await expectSame(stage, { prepare, script });
  expect(bare).toMatchObject({ exitCode: 0, stderr: "" });
});

test("a relocated gcc behind a stand-in finds its parts from its own place", async () => {
  const root = stage.box.tree.at("relocated");
  const library = (await mustRun(["gcc", "-print-search-dirs"])).stdout.match(/^install: (.*)\/$/m)?.[1] ?? "";
  const target = library.split("/").slice(-2).join("/");
  const make = `mkdir -p "$0/bin" "$0/lib/gcc/\${2%/*}"; ln -s "$1" "$0/lib/gcc/$2"
for n in gcc g++; do cp -L "$(command -v $n)" "$0/bin/$n"; done; ln -s gcc "$0/bin/cc"`;
  await mustRun(["sh", "-c", make, root, library, target]);
  // COLLECT_GCC shows argv[0]: a name for the bare compiler, its path behind a stand-in.
  const script = `case $PATH in *shims:*) PATH=\${PATH%%shims:*}shims:${root}/bin:\${PATH#*shims:};; *) PATH=${root}/bin:$PATH;; esac
gcc -print-search-dirs; gcc -print-prog-name=cc1; gcc -v -c a.c -o v.o 2>&1 | sed 's,/[^ ]*/cc[A-Za-z0-9]*\\.s,TEMP,;/^COLLECT_GCC=/d'
gcc -MD -c a.c -o a.o; cc -g -c a.c -o c.o; echo 'int main() {}' >m.cc; g++ -c m.cc; g++ m.o -o m`;
  const env = { COMPILER_PATH: "" };
  const { bare } = await expectSame(stage, { prepare: warningSource("relocated"), script, env });
  expect(bare.stdout).toContain(`${root}/bin/../lib/gcc/`);
  expect(bare.exitCode).toBe(0);
});
