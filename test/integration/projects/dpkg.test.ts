// A Debian package (hostname) built by dpkg-buildpackage under fakeroot, without and behind stand-ins: the same package.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { debianSource, noDebianSources } from "../../support/debian-source.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { freshCopy } from "./project-build.ts";
import { NO_STARTS, StartCounter } from "./project-starts.ts";

setDefaultTimeout(600_000);

const reason = noDebianSources() ?? missingTool("dpkg-buildpackage", "fakeroot", "dh");

describe.skipIf(reason !== undefined)(titled("hostname through dpkg-buildpackage", reason), () => {
  let box: Sandbox;
  let source: string;
  let counter: StartCounter;
  let path: string;
  let bare: Readonly<Record<string, string>>;

  beforeAll(async () => {
    source = await debianSource("hostname");
    box = sandbox();
    counter = new StartCounter(box.tree.path, { driver: box.counter, clang: false });
    const shims = box.tree.at("shims");
    const own = [...counter.directories, box.env["PATH"]].join(":");
    const names = ["cc", "gcc", "ar", "ld", "objcopy", "ranlib", "strip"];
    await mustRun([box.binary, "install-shims", shims, ...names], { env: { ...box.env, PATH: own } });
    path = `${shims}:${own}`;
    bare = await build(own);
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  test.each(["cold", "warm"])("makes the same packages, byte for byte, %s", async () => {
    expect(Object.keys(bare).some((name) => /^hostname_.*\.deb$/.test(name))).toBeTrue();
    expect(await build(path)).toEqual(bare);
  });

  test("objects and links come from the cache once it is full", async () => {
    counter.take();
    await build(path);
    // What runs under fakeroot is told apart by FAKEROOTKEY, which is another in each build: dh_strip's three calls.
    expect(counter.take()).toEqual({ ...NO_STARTS, archive: 3 });
  });

  /** Digests of the packages by name. */
  async function build(PATH: string): Promise<Readonly<Record<string, string>>> {
    const root = box.tree.at("package");
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
    const tree = join(root, "hostname");
    await freshCopy(source, tree);
    const env = { ...box.env, PATH, SOURCE_DATE_EPOCH: "1700000000", DEB_BUILD_OPTIONS: "nocheck" };
    await mustRun(["dpkg-buildpackage", "-b", "-d", "-uc", "-us", "-rfakeroot"], { cwd: tree, env });
    const packages = readdirSync(root).filter((name) => name.endsWith(".deb"));
    return Object.fromEntries(
      packages.map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(root, name)))
          .digest("hex"),
      ]),
    );
  }
});
