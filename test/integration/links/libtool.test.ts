// A library and a program of automake and libtool: static and shared objects, an archive, a shared library with links to it,
// a convenience library, and a wrapper in the place of the program.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import type { Scene } from "../fidelity/three-ways.ts";
import { type LinkStage, noLinkers, openLinkStage, type Ran } from "./link-stage.ts";

setDefaultTimeout(600_000);

const missing = noLinkers ?? missingTool("autoreconf", "automake", "libtoolize");

const PROJECT = `
mkdir lt; cd lt
cat >configure.ac <<'END'
AC_INIT([small], [1.0])
AM_INIT_AUTOMAKE([foreign subdir-objects])
AM_PROG_AR
LT_INIT
AC_PROG_CC
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
END
cat >Makefile.am <<'END'
noinst_LTLIBRARIES = libinner.la
libinner_la_SOURCES = inner.c
lib_LTLIBRARIES = libsmall.la
libsmall_la_SOURCES = b.c
libsmall_la_LIBADD = libinner.la
libsmall_la_LDFLAGS = -version-info 3:2:1 -rpath $(libdir)
bin_PROGRAMS = small
small_SOURCES = a.c
small_LDADD = libsmall.la
END
cp ../a.c .
printf 'int inner(int x); int b(int x) { return inner(x); }\\n' >b.c
printf 'int inner(int x) { return 2 * x; }\\n' >inner.c
{ autoreconf -i; ./configure --prefix=/usr; } >/dev/null 2>&1
rm -rf autom4te.cache config.log
cd ..
`;

describe.skipIf(missing !== undefined)(titled("a project of libtool through zccache", missing), () => {
  let stage: LinkStage;
  beforeAll(async () => {
    stage = await openLinkStage(PROJECT);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  const build = "cd lt; make -s 2>&1; echo $?; ./small; echo $?; make -q; echo $?";

  /** As `LinkStage.expectHits`, for a build that asks ar for a list of members, and to extract them: both are run each time. */
  async function expectAllButQuestions(scene: Scene): Promise<Ran> {
    const bare = await stage.bareRun(scene);
    const cold = await stage.cachedRun(scene);
    // A busy machine may look at the members of libinner after libtool has removed them, but not each time.
    await stage.cachedRun(scene);
    const before = await stage.linkCounts();
    const warm = await stage.cachedRun(scene);
    expect([cold.effect, warm.effect]).toEqual([bare, bare]);
    expect([cold.starts > 2, warm.starts]).toEqual([true, 2]);
    const after = await stage.linkCounts();
    expect(after.link_non_cacheable - before.link_non_cacheable).toBe(2);
    expect(after.link_misses).toBe(before.link_misses);
    return cold;
  }

  test("is built as without it, and then from the cache", async () => {
    const { effect } = await expectAllButQuestions(stage.scene(build));
    expect(effect.stdout).toEndWith("0\n0\n0\n");
    expect(Object.keys(effect.files)).toContain("lt/.libs/libsmall.so.2.1.2");
  });

  test("is installed as without it, and then from the cache", async () => {
    await expectAllButQuestions(
      stage.scene(`${build}; make -s install DESTDIR="$PWD/out" 2>&1; echo $?`, "echo 'int more;' >>lt/b.c"),
    );
  });

  test("has what depends on a change made anew", async () => {
    await stage.cachedRun(stage.scene(build));
    const changed = stage.scene(build, "echo 'int inner(int x) { return x + x; }' >lt/inner.c");
    const { effect, starts } = await stage.cachedRun(changed);
    expect(effect).toEqual(await stage.bareRun(changed));
    expect(starts).toBeGreaterThan(0);
  });
});
