import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { holdFurtherTrial, holdTrial } from "../../../src/tracer/trial.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, tracerLibrary, tracerWithout } from "../../support/trace-run.ts";

setDefaultTimeout(600_000);

const PAST = join(import.meta.dirname, "../../integration/tracer/programs/past.c");

function place(tree: TemporaryTree, library = tracerLibrary(), variables: Record<string, string> = {}) {
  const environment: Record<string, string | undefined> = { PATH: process.env["PATH"], ...variables };
  return {
    library,
    directory: tree.path,
    self: identifySelf(),
    isStill: () => true,
    variable: (name: string) => environment[name],
  };
}

function build(tree: TemporaryTree, source: string, ...flags: string[]): string {
  const { exitCode, stderr } = bareRun(["gcc", "-w", source, "-o", "tool", ...flags], { cwd: tree.path });
  if (exitCode !== 0) throw new Error(stderr);
  return tree.at("tool");
}

describe.each([
  ["gcc", 20, 80],
  ["g++", 20, 80],
  ["clang", 10, 30],
  ["clang++", 10, 30],
  ["ar", 10, 0],
  ["ld", 10, 0],
  ["ld.gold", 10, 0],
  ["ld.lld", 3, 0],
  ["mold", 3, 0],
  ["ranlib", 3, 0],
  ["strip", 3, 0],
  ["objcopy", 3, 0],
  ["/usr/bin/rustc", 20, 0],
])("holdTrial() of %s", (name, fewest, fewestFurther) => {
  const missing = missingTool(name);
  test.skipIf(missing !== undefined)(
    titled("finds it traced and leaves nothing behind", missing),
    async () => {
      using tree = fileTree();
      const verdict = await holdTrial(Bun.which(name) ?? "", place(tree));
      expect(verdict).toEqual({ kind: "traced", looks: expect.any(Number) });
      expect(verdict.kind === "traced" && verdict.looks).toBeGreaterThan(fewest);
      const further = await holdFurtherTrial(Bun.which(name) ?? "", place(tree));
      expect(further.kind === "traced" && further.looks).toBeGreaterThanOrEqual(fewestFurther);
      expect(readdirSync(tree.path)).toEqual([]);
    },
    600_000,
  );
});

test("holdTrial() is of no use to a tool whose variables lead the loader to the folder", async () => {
  using tree = fileTree();
  const variables = { LD_LIBRARY_PATH: ":relative::/nowhere", DEPENDENCIES_OUTPUT: tree.at("deps") };
  expect(await holdTrial("/usr/bin/gcc", place(tree, tracerLibrary(), variables))).toMatchObject({ kind: "traced" });
  expect(readdirSync(tree.path)).toEqual([]);
}, 600_000);

test("holdTrial() finds out a tool that reads past libc", async () => {
  using tree = fileTree();
  expect(await holdTrial(build(tree, PAST), place(tree))).toEqual({
    kind: "untraceable",
    reason: "a trial showed unseen work: open of hidden.h",
  });
}, 600_000);

/** A driver that does something of its own when one of its arguments is WHEN, and is gcc otherwise. */
const DRIVER = `#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv) {
  long result, number = SYS_open;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], WHEN)) continue;
    if (CHILD[0]) return execl(CHILD, CHILD, NULL);
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"("trial.rs"), "S"(0) : "rcx", "r11", "memory");
  }
  argv[0] = "/usr/bin/gcc";
  return execv(argv[0], argv);
}
`;

test.each(["trial.cc", "trial.so"])(
  "holdFurtherTrial() finds out a driver that reads past libc only when it makes %s",
  async (made) => {
    using tree = fileTree({ "t.c": DRIVER });
    const tool = build(tree, "t.c", `-DWHEN="${made}"`, '-DCHILD=""');
    expect(await holdTrial(tool, place(tree))).toMatchObject({ kind: "traced" });
    expect(await holdFurtherTrial(tool, place(tree))).toEqual({
      kind: "untraceable",
      reason: "a trial showed unseen work: open of trial.rs",
    });
  },
  600_000,
);

test("holdFurtherTrial() does not give up a driver for a linker that loads no library, which its own runs show", async () => {
  using tree = fileTree({ "t.c": DRIVER, "child.c": "int main(void) { return 0; }\n" });
  bareRun(["gcc", "-static", "child.c", "-o", "child"], { cwd: tree.path });
  const tool = build(tree, "t.c", '-DWHEN="trial.so"', `-DCHILD="${tree.at("child")}"`);
  expect(await holdFurtherTrial(tool, place(tree))).toMatchObject({ kind: "traced" });
}, 600_000);

test("holdTrial() finds out a child that loads no library", async () => {
  using tree = fileTree({
    "child.c": "int main(void) { return 0; }\n",
    "t.c": `#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  char *const arguments[] = {CHILD, 0}, *const nothing[] = {0};
  long result, number = SYS_execve;
  if (fork() == 0)
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(CHILD), "S"(arguments), "d"(nothing) : "rcx", "r11", "memory");
  return 0;
}
`,
  });
  bareRun(["gcc", "-static", "child.c", "-o", "child"], { cwd: tree.path });
  const tool = build(tree, "t.c", `-DCHILD="${tree.at("child")}"`);
  expect(await holdTrial(tool, place(tree))).toMatchObject({
    kind: "untraceable",
    reason: expect.stringContaining(`program ${tree.at("child")}`),
  });
}, 600_000);

test.each([
  ["fopen", "open of data.bin"],
  ["__openat_2 openat64 fopen64", "open of trial.o"],
])(
  "holdTrial() notices that the tracer lacks %s",
  async (names, words) => {
    using tree = fileTree();
    const verdict = await holdTrial("/usr/bin/gcc", place(tree, tracerWithout(names.split(" "))));
    expect(verdict).toMatchObject({ kind: "untraceable", reason: expect.stringContaining(words) });
  },
  600_000,
);

test("holdTrial() does not try a script, a name of odd bytes, or what does not compile", async () => {
  using tree = fileTree({ script: "#!/bin/sh\necho ran >ran\n" });
  chmodSync(tree.at("script"), 0o755);
  expect(await holdTrial(tree.at("script"), place(tree))).toEqual({ kind: "untried", reason: "a script" });
  expect(await holdTrial("/usr/bin/\xff", place(tree))).toEqual({ kind: "untried", reason: "a name of odd bytes" });
  expect(await holdTrial("/bin/true", place(tree))).toEqual({
    kind: "untried",
    reason: "it would not do the work of the trial",
  });
  expect(readdirSync(tree.path)).toEqual(["script"]);
}, 600_000);

test("holdTrial() and holdFurtherTrial() start nothing once another file has taken the tool's place", async () => {
  using tree = fileTree();
  const log = tree.at("started");
  tree.write({
    "tool.c": `#include <stdio.h>\nint main() { FILE *f = fopen("${log}", "a"); return fputs("x", f) < 0; }`,
  });
  const tool = build(tree, "tool.c");
  let asked = 0;
  const after = (starts: number) => ({ ...place(tree), isStill: () => asked++ < starts });
  expect(await holdTrial(tool, after(0))).toEqual({ kind: "untried", reason: "another file took its place" });
  expect(existsSync(log)).toBe(false);
  asked = 0;
  await holdFurtherTrial(tool, after(1));
  expect(tree.read("started").toString()).toBe("x");
});

test("holdTrial() rejects where there is no room for it, and a tool that is gone", async () => {
  using tree = fileTree();
  await expect(holdTrial("/usr/bin/gcc", { ...place(tree), directory: tree.at("none") })).rejects.toThrow("ENOENT");
  await expect(holdTrial(tree.at("gone"), place(tree))).rejects.toThrow("ENOENT");
});
