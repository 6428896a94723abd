// What is given away: the archives of a release, and the npm package. For other platforms as far as can be told here.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../../package.json" with { type: "json" };
import { libc } from "../../../src/sys/libc-calls.ts";
import { repository } from "../../support/built-binary.ts";
import { TemporaryTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun, run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

const PLATFORMS = ["linux-arm64", "linux-x64", "linux-x64-musl"];
const nameOf = (platform: string) => `zccache-${manifest.version}-${platform}`;
const crossTools = missingTool("aarch64-linux-gnu-gcc", "qemu-aarch64", "musl-gcc", "readelf");

describe.skipIf(crossTools !== undefined)(titled("npm run release", crossTools), () => {
  const tree = new TemporaryTree();

  beforeAll(async () => {
    await mustRun([process.execPath, join(repository, ".ci/release.ts"), tree.at("out")]);
    for (const platform of PLATFORMS) {
      await mustRun(["tar", "-xzf", tree.at(`out/${nameOf(platform)}.tar.gz`), "-C", tree.path]);
    }
  });
  afterAll(() => tree[Symbol.dispose]());

  const executable = (platform: string) => tree.at(`${nameOf(platform)}/zccache`);

  test("makes an archive for each platform, with documents and right checksums", async () => {
    const archives = PLATFORMS.map((platform) => `${nameOf(platform)}.tar.gz`).sort();
    expect(readdirSync(tree.at("out")).sort()).toEqual(["SHA256SUMS", ...archives]);
    await mustRun(["sha256sum", "--check", "--strict", "SHA256SUMS"], { cwd: tree.at("out") });
    for (const platform of PLATFORMS) {
      const names = readdirSync(tree.at(nameOf(platform))).sort();
      expect(names).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "zccache"]);
    }
  });

  test("the executable for this machine is what `npm run build` makes", () => {
    const built = readFileSync(join(repository, "dist/zccache"));
    expect(built.equals(readFileSync(executable("linux-x64")))).toBe(true);
  });

  test("the executable for arm64 runs on an emulated processor", async () => {
    const command = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", executable("linux-arm64"), "--version"];
    expect((await mustRun(command)).stdout).toBe(`zccache ${manifest.version}\n`);
  });

  test.each([
    ["linux-x64", "X86-64", "/lib64/ld-linux-x86-64.so.2"],
    ["linux-x64-musl", "X86-64", "/lib/ld-musl-x86_64.so.1"],
    ["linux-arm64", "AArch64", "/lib/ld-linux-aarch64.so.1"],
  ])("the executable for %s is entered by the stub, which knows its loader", async (platform, machine, loader) => {
    const { stdout } = await mustRun(["readelf", "-hlW", executable(platform)]);
    expect(stdout).toMatch(new RegExp(`Machine: .*${machine}`));
    expect(stdout).toMatch(/Entry point address: +0x100/);
    expect(stdout).not.toContain("INTERP");
    expect(
      readFileSync(executable(platform))
        .subarray(-(1 << 16))
        .toString("latin1"),
    ).toContain(`${loader}\0`);
  });

  test("musl has every C function that is called", async () => {
    const source = `#include <dlfcn.h>
      #include <stdio.h>
      int main(int count, char **names) {
        void *library = dlopen("libc.so.6", RTLD_LAZY);
        for (int i = 1; i < count; i++) if (!library || !dlsym(library, names[i])) puts(names[i]);
      }`;
    tree.write({ "look.c": source });
    await mustRun(["musl-gcc", tree.at("look.c"), "-o", tree.at("look")]);
    expect((await mustRun([tree.at("look"), ...Object.keys(libc)])).stdout).toBe("");
    expect((await mustRun([tree.at("look"), "no_such_function"])).stdout).toBe("no_such_function\n");
  });

  test("a compile hits by the executable out of an archive", async () => {
    await using box = sandbox(executable("linux-x64"));
    box.tree.write({ "a.c": "int a;\n" });
    for (let call = 1; call <= 2; call++) {
      await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path });
      await box.settled(call);
    }
    const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
    expect([daemon.cache_hits, daemon.cache_misses]).toEqual([1, 1]);
  });
});

test("npm pack: who installs it has the command and the typed client", async () => {
  using tree = new TemporaryTree();
  await mustRun(["npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", tree.path], { cwd: repository });
  tree.write({ "user/package.json": "{}", "user/use.ts": USE });
  const user = { cwd: tree.at("user") };
  const [packed = ""] = readdirSync(tree.path).filter((name) => name.endsWith(".tgz"));
  await mustRun(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", tree.at(packed)], user);
  expect((await mustRun([tree.at("user/node_modules/.bin/zccache"), "--version"], user)).stdout).toBe(
    `zccache ${manifest.version}\n`,
  );
  await using box = sandbox();
  await box.zccache(["start"]);
  const { endpoint } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
  const { stdout, stderr } = await run([process.execPath, tree.at("user/use.ts"), endpoint], user);
  expect([stdout, stderr]).toEqual(["artifacts: 0\n", ""]);
});

const USE = `import { connectClient } from "zccache/client";
using client = await connectClient(process.argv[2] ?? "");
const { artifacts } = await client.ask("ListRustArtifacts", {});
console.log("artifacts:", artifacts.length);
`;
