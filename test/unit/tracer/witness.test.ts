import { expect, setDefaultTimeout, test } from "bun:test";
import { isRunning } from "../../../src/sys/process-kill.ts";
import { readReport, type WitnessedProgram, witness } from "../../../src/tracer/witness.ts";
import { fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { bareRun, tracerLibrary } from "../../support/trace-run.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(600_000);

const LIMIT_MS = 20_000;

/** The witness has to be a file: what is in memory only is the tests' library. */
function program(command: readonly string[], cwd: string): WitnessedProgram {
  return { library: tracerLibrary(), command, cwd, environment: { PATH: "/usr/bin:/bin", LC_ALL: "C" } };
}

test("readReport() takes entries apart and leaves out what is none", () => {
  const report = Buffer.from("o 12 2 /a b/\xe9\nc\0nonsense\0z 1 0 /x\0! 0 1 \0e 12 256 \0p 12 0 /cut", "latin1");
  expect(readReport(report)).toEqual([
    { act: "open", pid: 12, error: 2, path: "/a b/\xe9\nc" },
    { act: "refused", pid: 0, error: 1, path: "" },
    { act: "ended", pid: 12, error: 256, path: "" },
    { act: "presence", pid: 12, error: 0, path: "/cut" },
  ]);
  expect(readReport(Buffer.alloc(0))).toEqual([]);
});

test("witness() names what a tree of processes asked the kernel for, relative paths made absolute", async () => {
  using tree = fileTree({ "sub/in": "x", "old/.keep": "" });
  const script = "cd sub; cat in none; ln -s in link; readlink link; ls . ; rm link; mv in out; exec /bin/true";
  const seen = await witness(program(["/bin/sh", "-c", script], tree.path), LIMIT_MS);
  const about = (name: string) =>
    [...new Set(seen?.filter(({ path }) => path === tree.at(name)).map(({ act, error }) => `${act} ${error}`))].sort();
  expect(about("sub/in")).toEqual(expect.arrayContaining(["change 0", "open 0"]));
  expect(about("sub/none")).toContain("open 2");
  expect(about("sub/link")).toEqual(expect.arrayContaining(["change 0", "link 0"]));
  expect(about("sub/out")).toContain("change 0");
  expect(about("sub")).toContain("listing 0");
  const programs = seen?.filter(({ act }) => act === "program").map(({ path }) => path.replace(/^.*\//, ""));
  expect(programs).toEqual(expect.arrayContaining(["dash", "cat", "ln", "readlink", "ls", "rm", "mv", "true"]));
  expect(seen?.at(-1)).toMatchObject({ act: "ended", error: 0 });
});

test("witness() gives a program its signals, and tells how it ended", async () => {
  using tree = fileTree();
  const script = "trap 'exit 7' USR1; kill -USR1 $$; exit 1";
  const seen = await witness(program(["/bin/sh", "-c", script], tree.path), LIMIT_MS);
  expect(seen?.find(({ act }) => act === "ended")?.error).toBe(7 << 8);
  const killed = await witness(program(["/bin/sh", "-c", "kill -KILL $$"], tree.path), LIMIT_MS);
  expect(killed?.find(({ act }) => act === "ended")?.error).toBe(9);
});

test("witness() sees threads, and calls that are made past libc", async () => {
  using tree = fileTree({
    "t.c": `#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
static void *thread(void *path) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(SYS_open), "D"(path), "S"(0), "d"(0) : "rcx", "r11", "memory");
  return 0;
}
int main(void) {
  pthread_t one;
  pthread_create(&one, 0, thread, "none");
  return pthread_join(one, 0);
}
`,
  });
  expect(bareRun(["gcc", "-pthread", "t.c", "-o", "t"], { cwd: tree.path }).exitCode).toBe(0);
  const seen = await witness(program([tree.at("t")], tree.path), LIMIT_MS);
  expect(seen).toContainEqual({ act: "open", pid: expect.any(Number), error: 2, path: tree.at("none") });
});

test("witness() is not confused by threads that end in the middle of a call", async () => {
  using tree = fileTree({
    "t.c": `#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
static void *thread(void *unused) {
  for (;;) open("none", O_RDONLY);
  return unused;
}
int main(void) {
  pthread_t threads[8];
  for (int i = 0; i < 8; i++) pthread_create(&threads[i], 0, thread, 0);
  usleep(2000);
  _exit(3);
}`,
  });
  await mustRun(["gcc", "-pthread", tree.at("t.c"), "-o", tree.at("t")]);
  const ends = new Set<string>();
  for (let run = 0; run < 40; run++) {
    const seen = await witness(program([tree.at("t")], tree.path), LIMIT_MS);
    const last = seen?.find(({ act }) => act === "ended" || act === "refused");
    ends.add(`${last?.act} ${last?.error}`);
  }
  expect([...ends]).toEqual([`ended ${3 << 8}`]);
});

test("witness() ends what takes too long, children included, and says nothing then", async () => {
  using tree = fileTree();
  const seen = await witness(program(["/bin/sh", "-c", "sleep 4711 & echo $! >pid; wait"], tree.path), 5000);
  expect(seen).toBeUndefined();
  const child = Number(tree.read("pid").toString());
  await until(() => !isRunning(child), "the end of the child");
});

const noStrace = missingTool("strace");

test.skipIf(noStrace !== undefined)(titled("the witness says so where it may not trace", noStrace), () => {
  using tree = fileTree();
  // Whoever is traced already cannot be traced by another.
  const command = ["strace", "-f", "-o", "/dev/null", tracerLibrary(), "/bin/true"];
  const { stdout, exitCode } = bareRun(command, { cwd: tree.path });
  expect(exitCode).toBe(0);
  expect(readReport(Buffer.from(stdout, "latin1"))).toEqual([{ act: "refused", pid: 0, error: 1, path: "" }]);
});
