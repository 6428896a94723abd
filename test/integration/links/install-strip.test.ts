// cmake --install --strip: programs and libraries are copied to their places and stripped there.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import type { Effect } from "../fidelity/three-ways.ts";
import { type LinkStage, noLinkers, openLinkStage } from "./link-stage.ts";

setDefaultTimeout(600_000);

const missing = noLinkers ?? missingTool("cmake", "ninja");

// A program with two sets of permissions, a library with two links to it, and an archive, which is not stripped.
const PROJECT = `
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.16)
project(small C)
add_executable(small a.c b.c)
add_library(shared SHARED f.c)
set_target_properties(shared PROPERTIES VERSION 1.2.3 SOVERSION 1)
add_library(kept STATIC b.c)
install(TARGETS small shared kept)
install(TARGETS small DESTINATION sbin PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_EXECUTE)
END
`;

/** What says when the build was. */
const FORGET = "rm -f build/.ninja_* build/CMakeFiles/*.log build/CMakeFiles/*.yaml";

describe.skipIf(missing !== undefined)(titled("cmake --install --strip through zccache", missing), () => {
  let stage: LinkStage;
  beforeAll(async () => {
    stage = await openLinkStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  /** @param strip What CMake takes for its strip. */
  const scene = (strip: string, options = "") => {
    const configure = `cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_STRIP:STRING=${strip}`;
    const install = `cmake --install build --strip --prefix "$PWD/out" ${options}`;
    return stage.scene(install, `${PROJECT}{ ${configure}; ninja -C build; } >/dev/null; ${FORGET}`);
  };

  test("leaves the same files and modes with strip of PATH, and then from the cache", async () => {
    const { effect, starts } = await stage.expectHits(scene("strip"));
    expect(effect.exitCode).toBe(0);
    expect(starts).toBe(3);
    expect(effect.files["out/sbin/small"]).toStartWith("file 710 ");
  });

  test("does so with a stand-in as CMAKE_STRIP", async () => {
    const { stage: inner, bare } = stage.at;
    const [real, ours] = [scene("/usr/bin/strip"), scene(`${inner.shims}/strip`)];
    const wanted = installed(await stage.bareRun(real));
    expect(Object.keys(wanted)).toContain("out/lib/libshared.so.1.2.3");
    for (let round = 0; round < 3; round++) expect(installed(await inner.once(ours, bare))).toEqual(wanted);
    const before = await stage.linkCounts();
    await inner.once(ours, bare);
    expect((await stage.linkCounts()).link_hits - before.link_hits).toBe(3);
  });

  test("strips anew what was built anew", async () => {
    const first = scene("strip");
    const changed = {
      ...first,
      prepare: first.prepare.replace("{ cmake", "echo 'int more(void) { return 1; }' >>b.c; { cmake"),
    };
    await stage.expectHits(first);
    const { effect, starts } = await stage.cachedRun(changed);
    expect(effect).toEqual(await stage.bareRun(changed));
    expect(starts).toBe(2);
  });
});

/** What an effect has below the prefix. */
function installed({ files }: Effect): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name.startsWith("out/")));
}
