// A C project (Mbed TLS, from Debian's sources) through its own Makefile, zccache as stand-in for cc on PATH: two bare
// builds, one with an empty and one with a full cache, each in a fresh copy at the same path.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { differences } from "../../support/compare-trees.ts";
import { debianSource, noDebianSources } from "../../support/debian-source.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { type Environment, mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { type Build, buildProject, freshCopy, repeatable } from "./project-build.ts";

setDefaultTimeout(600_000);

const GOALS = ["libmbedcrypto.a", "libmbedx509.a", "libmbedtls.a"];

/** A build and the exit code of `make -q` afterwards. */
type MakeBuild = Build & { readonly outdated: number };

const reason = noDebianSources() ?? missingTool("make");

describe.skipIf(reason !== undefined)(titled("Mbed TLS through make and stand-ins on PATH", reason), () => {
  let box: Sandbox;
  let source: string;
  let bare: readonly [MakeBuild, MakeBuild];
  let cold: MakeBuild;
  let warm: MakeBuild;

  beforeAll(async () => {
    source = await debianSource("mbedtls");
    box = sandbox();
    const shims = box.tree.at("shims");
    await mustRun([box.binary, "install-shims", shims], { env: box.env });
    const masqueraded = { ...box.env, PATH: `${shims}:${box.env["PATH"]}` };
    bare = [await fresh(box.env), await fresh(box.env)];
    cold = await fresh(masqueraded);
    warm = await fresh(masqueraded);
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  test("bare builds agree with each other in every output, so that all of them can be compared", () => {
    expect(differences(bare[0].outputs, bare[1].outputs)).toEqual([]);
    expect(bare[0].counts.cc1).toBeGreaterThanOrEqual(40);
  });

  test("a build with an empty cache leaves the bytes and modes of a bare one", () => {
    expect(differences(bare[0].outputs, repeatable(cold.outputs, bare))).toEqual([]);
    expect(cold.said).toEqual(bare[0].said);
  });

  test("a build with a full cache leaves the bytes and modes of a bare one and of the first", () => {
    expect(differences(bare[0].outputs, repeatable(warm.outputs, bare))).toEqual([]);
    expect(differences(cold.outputs, warm.outputs)).toEqual([]);
    expect(warm.said).toEqual(bare[0].said);
  });

  test("99 % of all compile calls are hits with a full cache, counted at cc1", () => {
    const calls = bare[0].counts.cc1;
    expect(cold.counts.cc1).toBe(calls);
    expect(warm.counts.cc1).toBeLessThanOrEqual(calls * 0.01);
    expect(warm.counts.as).toBe(warm.counts.cc1);
  });

  test("make has no work after each build", () => {
    expect([bare[0].outdated, cold.outdated, warm.outdated]).toEqual([0, 0, 0]);
  });

  async function fresh(env: Environment): Promise<MakeBuild> {
    const tree = box.tree.at("project");
    await freshCopy(source, tree);
    const make = ["make", "-C", join(tree, "library")];
    const build = await buildProject(box, { tree, command: [...make, "-j2", ...GOALS], env });
    const question = await run([...make, "-q", ...GOALS], { env });
    return { ...build, outdated: question.exitCode };
  }
});
