// Accounts, services and mounts: libc reads their files inside itself, and the tracer says so for it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, traceRun, tracerWithout } from "../../support/trace-run.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

const built = fileTree();
const program = built.at("databases");
beforeAll(() => {
  const source = join(import.meta.dirname, "programs/databases.c");
  const { exitCode, stderr } = bareRun(["gcc", "-w", source, "-o", "databases"], { cwd: built.path });
  if (exitCode !== 0) throw new Error(stderr);
}, 600_000);
afterAll(() => built[Symbol.dispose]());

/** How a run of the program with this argument ends, and what the tracer says of it. */
function tracedRun(name: string) {
  const bare = bareRun([program, name], { cwd: built.path });
  expect(bare).toMatchObject({ exitCode: 0, stderr: "" });
  expect(bare.stdout).not.toBe("");
  const { outcome, observation } = traceRun([program, name], { cwd: built.path });
  expect(outcome).toEqual(bare);
  return observation;
}

const SEEN = [
  ..."getpwnam getpwuid getpwent getpwnam_r getpwuid_r getpwent_r".split(" "),
  ..."getgrnam getgrgid getgrent getgrnam_r getgrgid_r getgrent_r".split(" "),
  ..."getspnam getspent getspnam_r getspent_r setmntent".split(" "),
];

describe.each(SEEN)("%s", (name) => {
  test("answers as libc does", () => {
    expect(tracedRun(name).incomplete).toBeUndefined();
  });

  const missing = missingTool("strace");
  test.skipIf(missing !== undefined)(titled("is seen as strace sees it, by its wrapper", missing), () => {
    const options = { cwd: built.path };
    expect(compareWithStrace([program, name], options).missed).toEqual([]);
    const without = compareWithStrace([program, name], { ...options, library: tracerWithout([name]) });
    expect(without.missed).not.toEqual([]);
  });
});

test.each(["getgrouplist", "initgroups", "nobody", "nothing"])(
  "%s asks all sources, and is said not to be seen",
  (name) => {
    expect(tracedRun(name).incomplete).toBeDefined();
  },
);

test.each("getservbyname getservbyport getservent getprotobyname getprotobynumber getprotoent".split(" "))(
  "%s counts as network",
  (name) => {
    expect(tracedRun(name).usedNetwork).toBe(true);
  },
);
