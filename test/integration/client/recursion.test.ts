// A client never takes itself for the real tool, under whatever name, and chains of wrappers come to an end.

import { describe, expect, test } from "bun:test";
import { copyFileSync, linkSync, mkdirSync } from "node:fs";
import { CLIENTS } from "./clients.ts";
import { type Scene, scenesOf } from "./scene.ts";

const REAL = "#!/bin/sh\necho real\n";

/** Environment with these directories below the tree on PATH. */
function onPath(scene: Scene, ...directories: string[]): { env: Record<string, string> } {
  const path = directories.map((name) => (name.startsWith("/") ? name : scene.tree.at(name))).join(":");
  return { env: { ...scene.env, PATH: path } };
}

describe.each(CLIENTS)("%s client, looking for the real tool", (_name, binary) => {
  const clientScene = scenesOf(binary);
  test("alone on PATH: exit code 127 and one line that says so (S19)", async () => {
    using scene = clientScene();
    const result = await scene.run([scene.tree.at("shims/gcc")], onPath(scene, "shims"));
    expect([result.exitCode, result.stdout]).toEqual([127, ""]);
    expect(result.stderr).toStartWith('zccache: cannot find the real "gcc" on PATH');
    expect(result.stderr.split("\n").length).toBe(2);
  });

  test("in two directories of stand-ins: goes past both (S19)", async () => {
    using scene = clientScene({ "tools/gcc": REAL });
    scene.standIn("more/gcc");
    const result = await scene.run([scene.tree.at("shims/gcc")], onPath(scene, "shims", "more", "tools"));
    expect(result).toMatchObject({ exitCode: 0, stdout: "real\n" });
  });

  test.each([
    ["copy", copyFileSync],
    ["hard link", linkOrCopy],
  ])("a %s of the executable is no real tool either (S19)", async (_title, place) => {
    using scene = clientScene({ "tools/gcc": REAL });
    mkdirSync(scene.tree.at("more"));
    place(scene.binary, scene.tree.at("more/gcc"));
    const found = await scene.run([scene.tree.at("shims/gcc")], onPath(scene, "shims", "more", "tools"));
    expect(found).toMatchObject({ exitCode: 0, stdout: "real\n" });
    const none = await scene.run([scene.tree.at("more/gcc")], onPath(scene, "more", "shims"));
    expect(none.exitCode).toBe(127);
  });

  test("`zccache PATH/OF/STAND-IN` runs what the stand-in stands for", async () => {
    using scene = clientScene({ "tools/gcc": REAL });
    const result = await scene.run([scene.binary, scene.tree.at("shims/gcc")]);
    expect(result).toMatchObject({ exitCode: 0, stdout: "real\n" });
  });

  test("a wrapper that calls us again by name is left behind in the end (S19)", async () => {
    const wrapper = '#!/bin/sh\necho once >>calls\nPATH="$CALLERS_PATH" exec gcc "$@"\n';
    using scene = clientScene({ "wrapper/gcc": wrapper, "tools/gcc": REAL });
    const { env } = onPath(scene, "shims", "wrapper", "tools", "/usr/bin", "/bin");
    const result = await scene.run(["gcc"], { env: { ...env, CALLERS_PATH: env["PATH"] ?? "" } });
    expect(result).toMatchObject({ exitCode: 0, stdout: "real\n" });
    expect(scene.tree.read("calls").toString()).toBe("once\nonce\n");
  });

  test("a circle without a real tool ends with exit code 127 (S19)", async () => {
    const wrapper = '#!/bin/sh\necho once >>calls\nexec gcc "$@"\n';
    using scene = clientScene({ "wrapper/gcc": wrapper });
    const result = await scene.run(["gcc"], onPath(scene, "shims", "wrapper"));
    expect(result.exitCode).toBe(127);
    expect(result.stderr).toContain("another wrapper");
    expect(scene.tree.read("calls").toString()).toBe("once\n".repeat(4));
  });

  test.each([
    ["1", 0],
    ["3", 0],
    ["4", 127],
    ["99999999", 0],
    ["-1", 0],
    ["x", 0],
  ])("a forged ZCCACHE_DEPTH=%s ends with exit code %d (S20)", async (depth, code) => {
    using scene = clientScene({ "tools/gcc": REAL });
    const { env } = onPath(scene, "shims", "tools");
    expect((await scene.run(["gcc"], { env: { ...env, ZCCACHE_DEPTH: depth } })).exitCode).toBe(code);
  });
});

/** The temporary directory may be on another file system, where only a copy is possible: told apart by the first case. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
