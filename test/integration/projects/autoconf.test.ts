// A generated configure script (mawk's, from Debian's sources) behind stand-ins: hundreds of small compiles, many of
// which have to fail, and what it concludes from them.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { debianSource, noDebianSources } from "../../support/debian-source.ts";
import { titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { freshCopy } from "./project-build.ts";

setDefaultTimeout(600_000);

type Conclusions = { readonly said: string; readonly files: Readonly<Record<string, string>> };

const reason = noDebianSources();

describe.skipIf(reason !== undefined)(titled("mawk's configure", reason), () => {
  let box: Sandbox;
  let source: string;
  let bare: Conclusions;
  let path: string;

  beforeAll(async () => {
    source = await debianSource("mawk");
    box = sandbox();
    const shims = box.tree.at("shims");
    await mustRun([box.binary, "install-shims", shims], { env: box.env });
    const own = box.env["PATH"] ?? "";
    path = `${shims}:${own}`;
    bare = await configure(own);
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  test.each(["cold", "warm"])("concludes what it does without a cache, %s", async () => {
    expect(await configure(path)).toEqual(bare);
    expect(bare.files["config.h"]).toContain("#define HAVE_");
  });

  async function configure(PATH: string): Promise<Conclusions> {
    const tree = box.tree.at("project");
    await freshCopy(source, tree);
    const { stdout, stderr } = await mustRun(["./configure", "-q"], { cwd: tree, env: { ...box.env, PATH } });
    // The script writes down PATH, for information.
    const read = (name: string): string => readFileSync(join(tree, name), "latin1").replaceAll(PATH, "PATH");
    const files = Object.fromEntries(["config.h", "config.status", "Makefile"].map((name) => [name, read(name)]));
    return { said: stdout + stderr, files };
  }
});
