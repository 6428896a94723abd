// Process trees of every shape: nothing is lost, nothing is claimed that was not seen, nothing is said on stderr.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync } from "node:fs";
import { basename, join } from "node:path";
import { type Files, fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { titled } from "../../support/missing.ts";
import { bareRun, type RunOptions, type TracedRun, traceRun, tracerLibrary } from "../../support/trace-run.ts";

setDefaultTimeout(600_000);

const PROGRAMS = join(import.meta.dirname, "programs");

/** A folder in which a program of programs/ stands ready as `name`. */
function programTree(name: string, flags: readonly string[] = [], files: Files = {}): TemporaryTree {
  const tree = fileTree(files);
  build(tree, name, flags);
  return tree;
}

function build(tree: TemporaryTree, name: string, flags: readonly string[] = []): void {
  const output = flags.includes("-shared") ? `lib${name}.so` : name;
  const { exitCode, stderr } = bareRun(
    ["gcc", "-O1", "-pthread", join(PROGRAMS, `${name}.c`), "-o", output, ...flags],
    {
      cwd: tree.path,
    },
  );
  if (exitCode !== 0) throw new Error(stderr);
}

function run(tree: TemporaryTree, argv: readonly string[], options: Partial<RunOptions> = {}): TracedRun {
  return traceRun(argv, { cwd: tree.path, ...options });
}

function wasRead(traced: TracedRun, path: string): boolean {
  return traced.observation.looks.some((look) => look.path === path && look.aspect === "content" && look.found);
}

describe("a child that is", () => {
  test("reached by vfork and exec is traced, with an environment that the parent cleared", () => {
    using tree = programTree("start", [], { input: "x" });
    for (const how of ["vfork", "spawn", "spawnp", "execle", "fexecve", "syscall"]) {
      const traced = run(tree, ["./start", how, "/bin/cat", "input"]);
      expect({ how, ...traced.outcome }).toMatchObject({ how, exitCode: 0, stdout: "x", stderr: "" });
      expect(traced.observation.incomplete).toBeUndefined();
      expect({ how, read: wasRead(traced, tree.at("input")) }).toEqual({ how, read: true });
    }
  });

  test("started by env -i is traced", () => {
    using tree = fileTree({ input: "x" });
    const traced = run(tree, ["env", "-i", "/bin/cat", "input"]);
    expect(traced.observation.incomplete).toBeUndefined();
    expect(wasRead(traced, tree.at("input"))).toBe(true);
  });

  test("given a preload of its own is traced, and keeps it", () => {
    using tree = fileTree({ "own.c": "int own_preload;\n", input: "x" });
    bareRun(["gcc", "-shared", "-fPIC", "own.c", "-o", "own.so"], { cwd: tree.path });
    const traced = run(tree, ["env", `LD_PRELOAD=${tree.at("own.so")}`, "cat", "input"]);
    expect(wasRead(traced, tree.at("input"))).toBe(true);
    expect(wasRead(traced, tree.at("own.so"))).toBe(true);
  });

  test.each([
    [["env"]],
    [["printenv", "LD_PRELOAD"]],
    [["sh", "-c", "set; env"]],
    [["bash", "-c", "set -o posix; set | grep -v PPID; env; (exec env)"]],
    [["env", "-u", "HOME", "env", "LATER=1", "printenv"]],
    [["awk", 'BEGIN { system("env"); while (("env" | getline line) > 0) print line; for (n in ENVIRON) print n }']],
    [["python3", "-c", "import os, subprocess as s; print(os.environ); s.run(['env']); os.system('env')"]],
    [["./show-block"]],
  ])("shown its environment shows what it has without us: %j", (argv) => {
    using tree = programTree("show-block", [], { "own.c": "int own_preload;\n" });
    bareRun(["gcc", "-shared", "-fPIC", "own.c", "-o", "own.so"], { cwd: tree.path });
    const own = tree.at("own.so");
    for (const preload of [undefined, "", own, `${own}:`, ` ${own}:${own}`]) {
      const env = { LD_PRELOAD: preload };
      const bare = bareRun(argv, { cwd: tree.path, env });
      const library = tracerLibrary();
      const traced = run(tree, argv, {
        env,
        preload: preload === undefined ? library : `${preload}:${library}`,
      });
      expect(traced.outcome).toEqual(bare);
      expect(traced.observation.incomplete).toBeUndefined();
    }
  });

  test("started by a shell of libc while another thread sets variables is traced, and both keep theirs", () => {
    using tree = programTree("set-in-thread", [], { input: "x", "own.c": "int own_preload;\n" });
    bareRun(["gcc", "-shared", "-fPIC", "own.c", "-o", "own.so"], { cwd: tree.path });
    const own = tree.at("own.so");
    for (const preload of [undefined, own]) {
      const options = preload === undefined ? {} : { preload: `${own}:${tracerLibrary()}` };
      const env = { LD_PRELOAD: preload };
      const argv = ["./set-in-thread", "cat input"];
      const traced = run(tree, argv, { env, ...options });
      expect(traced.outcome).toEqual(bareRun(argv, { cwd: tree.path, env }));
      expect(traced.outcome).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^x.*SET_MEANWHILE\n$/s) });
      expect(wasRead(traced, tree.at("input"))).toBe(true);
    }
  });

  test.each(["vfork", "spawn"])("static (%s) makes the trace incomplete and is left alone", (how) => {
    using tree = programTree("start");
    build(tree, "show-preload", ["-static"]);
    const traced = run(tree, ["./start", how, "./show-preload"]);
    expect(traced.outcome).toMatchObject({ exitCode: 0, stdout: "none\n", stderr: "" });
    expect(traced.observation.incomplete).toContain("untraceable program");
  });

  test("static behind the first line of a script makes the trace incomplete", () => {
    using tree = programTree("start");
    build(tree, "show-preload", ["-static"]);
    tree.write({ script: `#!${tree.at("show-preload")}\n` });
    chmodSync(tree.at("script"), 0o755);
    const traced = run(tree, ["./start", "vfork", "./script"]);
    expect(traced.outcome).toMatchObject({ stdout: "none\n", stderr: "" });
    expect(traced.observation.incomplete).toContain("untraceable program");
    expect(wasRead(traced, tree.at("show-preload"))).toBe(true);
  });

  test("made by Go makes the trace incomplete, and its linker's note is how it is known", () => {
    using tree = programTree("start");
    tree.write({ "note.s": '.section .note.go.buildid,"a",@note\n.align 4\n.long 4,1,4\n.asciz "Go\\0"\n.long 0\n' });
    build(tree, "show-preload", [tree.at("note.s")]);
    const traced = run(tree, ["./start", "vfork", "./show-preload"]);
    expect(traced.outcome).toMatchObject({ stdout: "none\n", stderr: "" });
    expect(traced.observation.incomplete).toContain("untraceable program");
  });

  test("setuid makes the trace incomplete", () => {
    using tree = programTree("start");
    build(tree, "show-preload");
    chmodSync(tree.at("show-preload"), 0o4755);
    const traced = run(tree, ["./start", "vfork", "./show-preload"]);
    expect(traced.outcome).toMatchObject({ stdout: "none\n", stderr: "" });
    expect(traced.observation.incomplete).toContain("untraceable program");
  });

  test("a 32-bit program makes the trace incomplete without a word of the loader", () => {
    using tree = programTree("start");
    const assembly = ".globl _start\n_start: movl $1,%eax\n movl $7,%ebx\n int $0x80\n";
    tree.write({ "a.s": assembly });
    const flags = ["-m32", "-nostdlib", "-static", "-Wl,--build-id=none"];
    if (bareRun(["gcc", ...flags, "a.s", "-o", "small"], { cwd: tree.path }).exitCode !== 0) {
      console.log("SKIPPED: 32-bit child, this gcc cannot make one");
      return;
    }
    const traced = run(tree, ["./start", "vfork", "./small"]);
    expect(traced.outcome).toMatchObject({ exitCode: 7, stderr: "" });
    expect(traced.observation.incomplete).toContain("untraceable program");
  });

  const noLibrary32 = existsSync("/lib/ld-linux.so.2") && existsSync("/lib32/libc.so.6") ? undefined : "no libc6-i386";
  test.skipIf(noLibrary32 !== undefined)(
    titled("a dynamic 32-bit program gets no word of its loader", noLibrary32),
    () => {
      using tree = programTree("start");
      // Without the start files of a 32-bit toolchain: the C library is called with its arguments on the stack.
      const assembly = [
        '.section .rodata\ntext: .asciz "thirty-two"\nname: .asciz "LD_PRELOAD"',
        ".text\n.globl _start\n_start: pushl $text\n call puts\n pushl $name\n call getenv\n testl %eax, %eax",
        " setnz %al\n movzbl %al, %eax\n pushl %eax\n call exit\n",
      ].join("\n");
      tree.write({ "a.s": assembly });
      const flags = ["-m32", "-no-pie", "-nostdlib", "-Wl,-dynamic-linker,/lib/ld-linux.so.2"];
      const built = bareRun(["gcc", ...flags, "a.s", "/lib32/libc.so.6", "-o", "small"], { cwd: tree.path });
      expect(built).toMatchObject({ exitCode: 0 });
      for (const how of ["vfork", "spawn", "spawnp", "execvp", "syscall"]) {
        const traced = run(tree, ["./start", how, "./small"]);
        expect({ how, ...traced.outcome }).toMatchObject({ how, exitCode: 0, stdout: "thirty-two\n", stderr: "" });
        expect(traced.observation.incomplete).toContain("untraceable program");
      }
      const script = run(tree, ["/bin/sh", "-c", "./small; env ./small"]);
      expect(script.outcome).toMatchObject({ exitCode: 0, stdout: "thirty-two\nthirty-two\n", stderr: "" });
    },
  );

  test("built with the address sanitizer runs as it would bare", () => {
    using tree = programTree("start");
    build(tree, "show-preload", ["-fsanitize=address"]);
    const bare = bareRun(["./show-preload"], { cwd: tree.path });
    const traced = run(tree, ["./start", "vfork", "./show-preload"]);
    expect(traced.outcome).toEqual(bare);
    expect(traced.observation.incomplete).toContain("untraceable program");
  });
});

describe("a program looked for along PATH", () => {
  test.each(["execvp", "spawnp"])("by %s has the places passed over as absent looks", (how) => {
    using tree = programTree("start", [], { "one/.keep": "", "two/tool": "#!/bin/sh\necho found\n" });
    chmodSync(tree.at("two/tool"), 0o755);
    const env = { PATH: `${tree.at("one")}:${tree.at("two")}:/bin` };
    const traced = run(tree, ["./start", how, "tool"], { env });
    expect(traced.outcome).toMatchObject({ exitCode: 0, stdout: "found\n", stderr: "" });
    expect(traced.observation.incomplete).toBeUndefined();
    expect(traced.observation.looks).toContainEqual({ path: tree.at("one/tool"), aspect: "presence", found: false });
    expect(wasRead(traced, tree.at("two/tool"))).toBe(true);
    expect(wasRead(traced, "/bin/sh")).toBe(true);
    expect(traced.observation.wholeEnvironment).toBe(true);
  });

  test.each(["execvp", "spawnp"])("by %s and not found fails as it does bare", (how) => {
    using tree = programTree("start");
    const argv = ["./start", how, "no-such-tool"];
    const traced = run(tree, argv);
    expect(traced.outcome).toEqual(bareRun(argv, { cwd: tree.path }));
    expect(traced.observation.incomplete).toBeUndefined();
  });

  test("by execvp and without a first line is run by the shell", () => {
    using tree = programTree("start", [], { "two/tool": "echo found $1\n" });
    chmodSync(tree.at("two/tool"), 0o755);
    const env = { PATH: `${tree.at("two")}:/bin` };
    const traced = run(tree, ["./start", "execvp", "tool", "it"], { env });
    expect(traced.outcome).toMatchObject({ exitCode: 0, stdout: "found it\n" });
    expect(wasRead(traced, tree.at("two/tool"))).toBe(true);
  });
});

describe("a process that ends badly", () => {
  test.each(["abort", "SIGKILL", "_exit"])("by %s has left all its records", (how) => {
    using tree = programTree("ends", [], { input: "x" });
    const traced = run(tree, ["./ends", how, "input"]);
    expect(traced.outcome).toEqual(bareRun(["./ends", how, "input"], { cwd: tree.path }));
    expect(traced.damage).toBeUndefined();
    expect(wasRead(traced, tree.at("input"))).toBe(true);
    expect(traced.observation.incomplete).toBeUndefined();
  });
});

test("8 threads that fork and take signals lose no record of 40,000", () => {
  using tree = programTree("threads");
  const traced = run(tree, ["./threads", "8", "5000"]);
  expect(traced.outcome).toMatchObject({ exitCode: 0, stderr: "" });
  expect(traced.damage).toBeUndefined();
  const names = traced.records.filter(({ kind, text }) => kind === "presence" && basename(text).startsWith("no-"));
  expect(names.length).toBe(8 * 5000);
  expect(new Set(names.map(({ text }) => text)).size).toBe(8 * 5000);
  expect(traced.records.filter(({ text }) => text === "/signal").length).toBeGreaterThan(0);
}, 600_000);

test("errno is what the call left, and descriptors are those of a bare run", () => {
  using tree = programTree("errno-and-descriptors");
  const traced = run(tree, ["./errno-and-descriptors"]);
  expect(traced.outcome).toEqual(bareRun(["./errno-and-descriptors"], { cwd: tree.path }));
  expect(traced.outcome).toMatchObject({ exitCode: 0, stdout: "3\n" });
});

test("dlopen finds a library beside the caller by RUNPATH, and the library is an input", () => {
  using tree = programTree("loads", ["-Wl,-rpath,$ORIGIN/plugins", "-ldl"]);
  tree.write({ "plugins/p.c": "int plugin(void) { return 42; }\n" });
  bareRun(["gcc", "-shared", "-fPIC", "p.c", "-o", "libplugged.so"], { cwd: tree.at("plugins") });
  for (const how of ["exit", "_exit"]) {
    const traced = run(tree, ["./loads", "libplugged.so", how]);
    expect(traced.outcome).toMatchObject({ exitCode: 42, stderr: "" });
    expect(traced.observation.incomplete).toBeUndefined();
    expect(wasRead(traced, tree.at("plugins/libplugged.so"))).toBe(true);
  }
});

test("a buffer that is full makes the trace incomplete and nothing else", () => {
  using tree = programTree("threads");
  const traced = run(tree, ["./threads", "8", "5000"], { capacity: 64 << 10 });
  expect(traced.outcome).toMatchObject({ exitCode: 0, stderr: "" });
  expect(traced.observation.incomplete).toBe("records lost");
}, 600_000);

test("a buffer that cannot be reached leaves the tool as it is", () => {
  using tree = fileTree({ "a.c": "int a;\n" });
  const env = { ZCC_TRACE: "/proc/1/fd/999", LD_PRELOAD: tracerLibrary() };
  const outcome = bareRun(["gcc", "-c", "a.c"], { cwd: tree.path, env });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: "" });
  expect(existsSync(tree.at("a.o"))).toBe(true);
});
