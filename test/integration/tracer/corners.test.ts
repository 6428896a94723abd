// What is easily missed: each is recorded, or makes the trace incomplete.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { realpathSync, statSync, symlinkSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, type RunOptions, type TracedRun, traceRun } from "../../support/trace-run.ts";

setDefaultTimeout(600_000);

const { ENOENT } = constants.errno;

const built = fileTree();
afterAll(() => built[Symbol.dispose]());
beforeAll(build, 60_000);

function build(): void {
  const source = join(import.meta.dirname, "programs/corners.c");
  const { exitCode, stderr } = bareRun(["gcc", "-w", source, "-o", "corners"], { cwd: built.path });
  if (exitCode !== 0) throw new Error(stderr);
}

type Corner = TracedRun & { readonly at: (name: string) => string; readonly inode: bigint };

function corner(how: string, options: Partial<RunOptions> = {}): Corner {
  using tree = fileTree({ in: "x", "sub/in": "y" });
  const inode = statSync(tree.at("in"), { bigint: true }).ino;
  const run = traceRun([built.at("corners"), how], { cwd: tree.path, ...options });
  expect(run.outcome).toMatchObject({ exitCode: 0, signal: undefined, stderr: "" });
  return { ...run, at: (name) => tree.at(name), inode };
}

const readIn = ({ observation, at }: Corner): boolean =>
  observation.looks.some(({ path, aspect, found }) => path === at("in") && aspect === "content" && found);

test.each(["small-stack", "descriptor", "dev-fd"])("a file opened by way of %s is an input", (how) => {
  const run = corner(how);
  expect(readIn(run)).toBe(true);
  expect(run.observation.incomplete).toBeUndefined();
});

test("a file that is read is recorded with its device and inode", () => {
  const run = corner("small-stack");
  expect(run.observation.looks.find(({ path }) => path === run.at("in"))?.file?.inode).toBe(run.inode);
});

// One record for each step from the root on, whatever realpath is asked again.
test.each([
  ["resolve", ["", "/sub", "/sub/in"], 0],
  ["resolve-link", ["", "/link", "/sub", "/sub/in"], 0],
  ["resolve-none", ["", "/sub", "/sub/none"], ENOENT],
])("%s: each step of a path is recorded, and once", (how, steps, error) => {
  const { records, path } = resolving(how);
  expect(records).toEqual(steps.map((step, index) => [path + step, index === steps.length - 1 ? error : 0]));
});

test("a step that gives another answer than before is recorded again, and a link that came leads on", () => {
  const { records, path } = resolving("resolve-again");
  expect(records).toEqual([
    [path, 0],
    [`${path}/sub`, 0],
    [`${path}/sub/in`, 0],
    [`${path}/sub/in`, ENOENT],
    [`${path}/sub/in`, 0],
    [`${path}/sub/out`, 0],
  ]);
});

// What is known to be no link is not looked at again, unless somebody moved something meanwhile.
test.each(["resolve-moved", "resolve-moved-by-child"])("%s: a link in the place of a directory leads on", (how) => {
  const { records, path } = resolving(how);
  const steps = ["", "/sub", "/sub/none", "/other", "/other/twin", "/other/twin/none"];
  expect(records).toEqual(steps.map((step) => [path + step, step.endsWith("none") ? ENOENT : 0]));
});

// What is spelled relative stays so in a result. Only the way that is its own answer is told once.
test.each([
  ["resolve-relative", ["/sub", "/sub/in"], 1],
  ["resolve-relative-link", ["/link", "/sub", "/sub/in"], 2],
  ["resolve-relative-twin", ["/twin", "/other", "/other/twin", "/other/twin/in"], 2],
  ["resolve-relative-dots", ["/././sub", "/././sub/.///./in"], 2],
  ["resolve-relative-up", ["/sub", "/sub/..", "/sub/../sub", "/sub/../sub/in"], 2],
])("%s: each step of a relative path is recorded as spelled", (how, steps, times) => {
  const { records, relative, path } = resolving(how);
  const once = steps.map((step) => [path + step, 0] as const);
  expect(records).toEqual(Array.from({ length: times }, () => once).flat());
  expect(relative).toEqual([true]);
});

const STEPS = ["", "/sub", "/sub/in", "/sub/out", "/sub/none", "/link", "/other", "/other/twin", "/other/twin/none"];

/** A folder of which the tracer remembers all steps: one of two that share a place (record.c) would be told again. */
function folderToResolve(): ReturnType<typeof fileTree> {
  const tree = fileTree({ "sub/in": "y", "other/twin/in": "z" });
  const path = realpathSync(tree.path);
  const places = STEPS.map((step) => placeOf(path + step));
  if (new Set(places).size === places.length && !places.includes(placeOf("/tmp"))) return tree;
  tree[Symbol.dispose]();
  return folderToResolve();
}

/** FNV-1a, folded to the size of the table. */
function placeOf(text: string): number {
  const hash = [...Buffer.from(text)].reduce((sum, byte) => Math.imul(sum ^ byte, 16777619) >>> 0, 2166136261);
  return (hash ^ (hash >>> 16)) & 511;
}

/** Records of links at or below the folder, with their errors, in order, and how they are spelled. */
function resolving(how: string) {
  using tree = folderToResolve();
  symlinkSync("sub", tree.at("link"));
  symlinkSync("other/twin", tree.at("twin"));
  const path = realpathSync(tree.path);
  const { records, outcome } = traceRun([built.at("corners"), how], { cwd: path });
  expect(outcome.exitCode).toBe(0);
  const links = records.filter(({ kind, text }) => kind === "link" && text.startsWith(path));
  const relative = [...new Set(links.map((link) => link.relative))];
  return { records: links.map(({ text, error }) => [text, error] as const), relative, path };
}

test.each([
  ["cwd-link", "a path through a process"],
  ["name-space", "unseen work of dlmopen"],
  ["elsewhere", "unseen work of posix_spawn elsewhere"],
])("%s makes the trace incomplete", (how, reason) => {
  expect(corner(how).observation.incomplete).toContain(reason);
});

test("an auditing library makes the trace incomplete", () => {
  const env = { LD_AUDIT: "/lib/x86_64-linux-gnu/libm.so.6" };
  using tree = fileTree();
  expect(traceRun(["true"], { cwd: tree.path, env }).observation.incomplete).toBe("unseen work of LD_AUDIT");
});

test("a variable set only where it was not set is asked for, and keeps its caller's value", () => {
  const asked = (env: Record<string, string | undefined>): boolean =>
    corner("default", { env }).observation.environment.includes("WITH_DEFAULT");
  expect(asked({ WITH_DEFAULT: "9" })).toBe(true);
  expect(asked({ WITH_DEFAULT: undefined })).toBe(true);
});

test("a file cut short through a descriptor for reading is a file written", () => {
  const run = corner("truncate");
  expect(run.observation.written).toEqual([run.at("in")]);
});

const noMusl = missingTool("musl-gcc");

test.skipIf(noMusl !== undefined)(
  titled("a program of musl's is traced in silence", noMusl),
  () => {
    using tree = fileTree({
      "m.c":
        '#include <stdio.h>\n#include <stdlib.h>\nint main(void) { fopen("none", "r"); getenv("FOO"); return !fopen("in", "r"); }\n',
      in: "x",
    });
    expect(bareRun(["musl-gcc", "-w", "m.c", "-o", "m"], { cwd: tree.path }).exitCode).toBe(0);
    const { outcome, observation } = traceRun(["./m"], { cwd: tree.path });
    expect(outcome).toEqual({ exitCode: 0, signal: undefined, stdout: "", stderr: "" });
    expect(observation.incomplete).toBeUndefined();
    const looks = observation.looks.map(({ path, found }) => `${found ? "+" : "-"}${path}`);
    expect(looks).toEqual(expect.arrayContaining([`+${tree.at("in")}`, `-${tree.at("none")}`]));
    expect(looks.filter((look) => /ld-musl/.test(look))).not.toEqual([]);
    expect(observation.environment).toContain("FOO");
  },
  600_000,
);
