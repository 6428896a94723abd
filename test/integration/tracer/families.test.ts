// Every wrapped family: each call does what libc's does, and is recorded; without its wrapper that is noticed.

import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { bareRun, hasStrace, traceRun, tracerWithout } from "../../support/trace-run.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

const built = fileTree();
const program = built.at("families");
beforeAll(() => {
  const source = join(import.meta.dirname, "programs/families.c");
  const { exitCode, stderr } = bareRun(["gcc", "-w", source, "-o", "families"], { cwd: built.path });
  if (exitCode !== 0) throw new Error(stderr);
}, 600_000);
process.on("exit", () => built[Symbol.dispose]());

/** A folder as the program wants it. */
function folder(): TemporaryTree {
  return fileTree({ "sub/.keep": "" });
}

/** Names that the program asks for in vain, each through one function. */
const ASKED = Array.from({ length: 103 }, (_unused, index) => `none${index + 1}`);

/** What strace sees and no record shows, and the names asked for that no record of a failure has. */
function unseen(library?: string): string[] {
  using tree = folder();
  const { missed, run } = compareWithStrace([program], { cwd: tree.path, ...(library && { library }) });
  const names = new Set(run.records.filter(({ error }) => error !== 0).flatMap(({ text }) => text.split("/")));
  return [...missed, ...ASKED.filter((name) => !names.has(name))];
}

test("wrapped calls return what libc's return, errno included", () => {
  using bare = folder();
  using traced = folder();
  const expected = bareRun([program], { cwd: bare.path });
  expect(expected.stdout.split("\n").length).toBeGreaterThan(190);
  expect(traceRun([program], { cwd: traced.path }).outcome).toEqual(expected);
}, 600_000);

test.skipIf(!hasStrace)(
  "wrapped calls are recorded, each name that is asked for in vain among them",
  () => {
    expect(unseen()).toEqual([]);
  },
  600_000,
);

describe.skipIf(!hasStrace)("the comparison turns red without", () => {
  test.each([
    ["open open64"],
    ["openat openat64"],
    ["__open_2"],
    ["__open64_2"],
    ["__openat_2"],
    ["__openat64_2"],
    ["creat creat64"],
    ["fopen"],
    ["fopen64"],
    ["freopen64"],
    ["stat"],
    ["stat64"],
    ["lstat"],
    ["lstat64"],
    ["fstatat"],
    ["fstatat64"],
    ["__lxstat"],
    ["__fxstatat"],
    ["statx"],
    ["statfs"],
    ["statfs64"],
    ["statvfs"],
    ["statvfs64"],
    ["pathconf"],
    ["getxattr"],
    ["lgetxattr"],
    ["listxattr"],
    ["llistxattr"],
    ["inotify_add_watch"],
    ["access"],
    ["faccessat"],
    ["euidaccess eaccess"],
    ["readlink"],
    ["readlinkat"],
    ["__readlink_chk"],
    ["__readlinkat_chk"],
    ["realpath"],
    ["__realpath_chk"],
    ["canonicalize_file_name"],
    ["opendir"],
    ["fdopendir"],
    ["getdirentries"],
    ["scandir"],
    ["scandir64"],
    ["scandirat"],
    ["scandirat64"],
    ["glob"],
    ["glob64"],
    ["mkstemp"],
    ["mkostemps"],
    ["mkdtemp"],
    ["mkdir"],
    ["mkdirat"],
    ["mkfifo"],
    ["mkfifoat"],
    ["mknod"],
    ["mknodat"],
    ["symlink"],
    ["symlinkat"],
    ["link"],
    ["linkat"],
    ["rename"],
    ["renameat"],
    ["renameat2"],
    ["unlink"],
    ["unlinkat"],
    ["rmdir"],
    ["remove"],
    ["truncate"],
    ["truncate64"],
    ["chmod"],
    ["fchmodat"],
    ["chown"],
    ["lchown"],
    ["fchownat"],
    ["utime"],
    ["utimes"],
    ["lutimes"],
    ["futimesat"],
    ["utimensat"],
    ["setxattr"],
    ["lsetxattr"],
    ["removexattr"],
    ["lremovexattr"],
    ["chdir"],
    ["dlopen"],
    ["syscall"],
    ["execv"],
    ["execve"],
    ["execvp"],
    ["execvpe"],
    ["execl"],
    ["execlp"],
    ["execle"],
    ["execveat"],
    ["posix_spawn"],
    ["posix_spawnp"],
    ["posix_spawn_file_actions_addopen"],
    ["posix_spawn_file_actions_addchdir_np"],
  ])(
    "%s",
    (names) => {
      expect(unseen(tracerWithout(names.split(" ")))).not.toEqual([]);
    },
    600_000,
  );
});
