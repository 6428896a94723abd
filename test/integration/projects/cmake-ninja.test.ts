// A C++ project (ninja, from Debian's sources) through CMake and ninja, zccache as compiler launcher: two bare builds,
// one with an empty and one with a full cache, each in a fresh copy at the same path, then a changed header.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { differences } from "../../support/compare-trees.ts";
import { debianSource, noDebianSources } from "../../support/debian-source.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { type Build, buildProject, freshCopy, repeatable, withoutTimes } from "./project-build.ts";

setDefaultTimeout(600_000);

// Read by about half of the units.
const HEADER = "src/disk_interface.h";

/** A build and what ninja thinks of it afterwards. */
type NinjaBuild = Build & { readonly deps: readonly string[]; readonly pending: string };

/** A whole round: built, header changed and rebuilt, header put back and rebuilt. */
type Round = { readonly whole: NinjaBuild; readonly changed: NinjaBuild; readonly restored: NinjaBuild };

const reason = noDebianSources() ?? missingTool("cmake", "ninja");

describe.skipIf(reason !== undefined)(titled("ninja-build through CMake and ninja", reason), () => {
  let box: Sandbox;
  let source: string;
  let tree: string;
  let first: NinjaBuild;
  let bare: Round;
  let cold: NinjaBuild;
  let warm: Round;

  beforeAll(async () => {
    source = await debianSource("ninja-build");
    box = sandbox();
    tree = box.tree.at("project");
    first = await fresh(undefined);
    bare = await round(undefined);
    cold = await fresh(box.binary);
    warm = await round(box.binary);
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  test("bare builds agree with each other in every output, so that all of them can be compared", () => {
    expect(differences(first.outputs, bare.whole.outputs)).toEqual([]);
    expect(first.counts.cc1plus).toBeGreaterThanOrEqual(50);
  });

  test("a build with an empty cache leaves the bytes and modes of a bare one", () => {
    expect(differences(bare.whole.outputs, repeatable(cold.outputs, [first, bare.whole]))).toEqual([]);
    expect(cold.said).toEqual(bare.whole.said);
  });

  test("a build with a full cache leaves the bytes and modes of a bare one and of the first", () => {
    expect(differences(bare.whole.outputs, repeatable(warm.whole.outputs, [first, bare.whole]))).toEqual([]);
    expect(differences(cold.outputs, warm.whole.outputs)).toEqual([]);
    expect(warm.whole.said).toEqual(bare.whole.said);
  });

  test("99 % of all compile calls are hits with a full cache, counted at cc1plus", () => {
    const calls = bare.whole.counts.cc1plus;
    expect(cold.counts.cc1plus).toBe(calls);
    expect(warm.whole.counts.cc1plus).toBeLessThanOrEqual(calls * 0.01);
    expect(warm.whole.counts.as).toBe(warm.whole.counts.cc1plus);
  });

  test("ninja has no work after each build and has recorded the dependencies of a bare one", () => {
    for (const build of [cold, warm.whole, warm.changed, warm.restored])
      expect(build.pending).toContain("no work to do");
    expect(bare.whole.deps.length).toBeGreaterThanOrEqual(50);
    expect(cold.deps).toEqual(bare.whole.deps);
    expect(warm.whole.deps).toEqual(bare.whole.deps);
    expect(warm.changed.deps).toEqual(bare.changed.deps);
  });

  test("a changed header recompiles exactly its dependents, to the bytes of a bare build", () => {
    const recompiled = (build: Build): string[] =>
      [...build.outputs.keys()].filter((path) => path.endsWith(".o")).sort();
    expect(recompiled(bare.changed).length).toBeGreaterThan(10);
    expect(recompiled(bare.changed).length).toBeLessThan(bare.whole.counts.cc1plus);
    expect(recompiled(warm.changed)).toEqual(recompiled(bare.changed));
    expect(warm.changed.counts.cc1plus).toBe(bare.changed.counts.cc1plus);
    expect(differences(bare.changed.outputs, warm.changed.outputs)).toEqual([]);
  });

  test("a header put back makes hits again, to the bytes of a bare build", () => {
    expect(bare.restored.counts.cc1plus).toBe(bare.changed.counts.cc1plus);
    expect(warm.restored.counts.cc1plus).toBe(0);
    expect(differences(bare.restored.outputs, warm.restored.outputs)).toEqual([]);
  });

  async function fresh(launcher: string | undefined): Promise<NinjaBuild> {
    await freshCopy(source, tree);
    const launchers = launcher === undefined ? [] : [`-DCMAKE_CXX_COMPILER_LAUNCHER=${launcher}`];
    const settings = ["-DCMAKE_BUILD_TYPE=Debug", ...launchers];
    await mustRun(["cmake", "-G", "Ninja", "-S", tree, "-B", join(tree, "build"), ...settings], { env: box.env });
    return await ninja();
  }

  async function round(launcher: string | undefined): Promise<Round> {
    const whole = await fresh(launcher);
    const header = join(tree, HEADER);
    const content = readFileSync(header, "utf8");
    // One line more: the line numbers in every dependent's debug information change.
    writeFileSync(header, `// changed\n${content}`);
    const changed = await ninja();
    writeFileSync(header, content);
    return { whole, changed, restored: await ninja() };
  }

  async function ninja(): Promise<NinjaBuild> {
    const inTree = ["ninja", "-C", join(tree, "build")];
    const build = await buildProject(box, { tree, command: [...inTree, "-j2", "-d", "keepdepfile"], env: box.env });
    const deps = await mustRun([...inTree, "-t", "deps"], { env: box.env });
    const pending = await mustRun([...inTree, "-n"], { env: box.env });
    return { ...build, deps: withoutTimes(deps.stdout), pending: pending.stdout };
  }
});
