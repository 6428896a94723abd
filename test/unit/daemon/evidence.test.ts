import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { CompilePlan } from "../../../src/core/plan.ts";
import { keepEvidence } from "../../../src/daemon/evidence.ts";
import { digestObject } from "../../../src/store/digest-object.ts";
import { fileTree } from "../../support/file-tree.ts";
import { sampleRow } from "../../support/store-samples.ts";

const PLAN: CompilePlan = {
  kind: "compile",
  source: "a.c",
  keyArguments: [],
  outputs: [
    { role: "object", path: "out/b.o" },
    { role: "depfile", path: "out/b.d", target: "out/b.o" },
  ],
  sideOutputs: true,
  cwdInKey: false,
};
const CALL = { tool: "/bin/g\xc3\xa9", cwd: "/w", arguments: ["-DA=\n1", "a.c"], plan: PLAN };

describe("keepEvidence()", () => {
  test("keeps both sides under the same names, depfiles as they are delivered, for us alone", async () => {
    using scene = newScene();
    const clause = await scene.keep();
    const [name = ""] = scene.names();
    expect(clause).toBe(`both are kept in ${scene.at(name)}`);
    expect(name).toMatch(/^\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{16}$/);
    const files = readdirSync(scene.at(name), { recursive: true, encoding: "utf8" }).filter((file) =>
      statSync(join(scene.at(name), file)).isFile(),
    );
    const side = ["depfile/b.d", "exit-code", "object/b.o", "side/x/b.su", "stderr", "stdout"];
    expect(files.sort()).toEqual([
      ...side.map((file) => `cached/${file}`),
      "call.txt",
      ...side.map((file) => `fresh/${file}`),
    ]);
    expect(scene.read(name, "cached/depfile/b.d")).toBe("out/b.o: a.c\n");
    expect(scene.read(name, "fresh/depfile/b.d")).toBe("out/b.o: a.c b.h\n");
    expect([scene.read(name, "cached/stderr"), scene.read(name, "fresh/stderr")]).toEqual(["old", "new"]);
    expect([scene.read(name, "cached/exit-code"), scene.read(name, "fresh/exit-code")]).toEqual(["0\n", "3\n"]);
    const modes = ["", "cached/object/b.o", "fresh/object/b.o", "call.txt"].map(
      (file) => statSync(join(scene.at(name), file)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o700, 0o600]);
    expect(scene.read(name, "call.txt")).toContain(`tool       /bin/gé
directory  /w
context    c0ffee
result     ${sampleRow("a").resultKey}

arguments
  "-DA=\\n1"
  "a.c"

differences
  object: another content
`);
  });

  test("keeps the twenty newest", async () => {
    using scene = newScene();
    for (let hour = 10; hour < 40; hour += 1) mkdirSync(scene.at(`20200101T${hour}0000.000Z-00`), { recursive: true });
    await scene.keep();
    expect(scene.names()).toHaveLength(20);
    expect(scene.names()[0]).toBe("20200101T210000.000Z-00");
  });

  test("keeps no more than a GB beside the newest", async () => {
    using scene = newScene();
    for (const [name, bytes] of [
      ["2020", 10],
      ["2021", 1e9],
      ["2022", 10],
    ] as const) {
      mkdirSync(scene.at(`${name}/cached`), { recursive: true });
      scene.tree.write({ [`verify/${name}/cached/x`]: "" });
      truncateSync(scene.at(`${name}/cached/x`), bytes);
    }
    await scene.keep();
    expect(scene.names()).toEqual(["2022", expect.stringMatching(/Z-/)]);
  });

  test("says why nothing could be kept", async () => {
    using scene = newScene();
    scene.tree.write({ verify: "a file" });
    expect(await scene.keep()).toMatch(/^they could not be kept: Cannot use directory /);
  });
});

function newScene() {
  const tree = fileTree({
    object: "old",
    depfile: "a.o: a.c\n",
    side: "u",
    "fresh.o": "new",
    "fresh.d": "out/b.o: a.c b.h\n",
  });
  const stored = (name: string) => ({ ...digestObject(tree.at(name)), digest: name, executable: false });
  const staged = (name: string, executable = false) => ({
    staged: { path: tree.at(name), size: 3, executable, [Symbol.dispose]: () => {} },
  });
  const streams = { stdout: Buffer.alloc(0), merged: false, streamsMissing: false, signal: undefined };
  const difference = {
    row: sampleRow("a"),
    entry: {
      layout: "split" as const,
      millis: 1,
      exitCode: 0,
      stdout: Buffer.alloc(0),
      stderr: Buffer.from("old"),
      outputs: [
        { role: "object" as const, name: undefined, ...stored("object") },
        { role: "depfile" as const, name: "a.o", ...stored("depfile") },
        { role: "side" as const, name: "x/b.su", ...stored("side") },
      ],
    },
    fresh: {
      outcome: { ...streams, exitCode: 3, stderr: Buffer.from("new") },
      outputs: [
        { role: "object" as const, name: undefined, ...staged("fresh.o", true) },
        { role: "depfile" as const, name: "out/b.o", ...staged("fresh.d") },
        { role: "side" as const, name: "x/b.su", ...staged("side") },
      ],
    },
    differences: ["object: another content"],
  };
  const places = { evidence: tree.at("verify"), store: { objectPath: (digest: string) => tree.at(digest) } };
  const at = (name: string): string => tree.at(`verify/${name}`);
  return {
    tree,
    at,
    keep: () => keepEvidence(difference, { call: CALL, context: "c0ffee" }, places),
    names: (): string[] => readdirSync(tree.at("verify")).sort(),
    read: (name: string, file: string): string => readFileSync(join(at(name), file), "utf8"),
    [Symbol.dispose]: (): void => tree[Symbol.dispose](),
  };
}
