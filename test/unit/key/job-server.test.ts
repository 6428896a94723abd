import { describe, expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { type JobServer, jobServerCondition, jobServerFits, jobServerOf } from "../../../src/key/job-server.ts";
import { fileTree } from "../../support/file-tree.ts";
import { mustRun } from "../../support/run.ts";

const of = (variables: Record<string, string>, link = false): JobServer =>
  jobServerOf({ environment: new Map(Object.entries(variables)), pid: process.pid, plan: { link } });

describe("jobServerOf()", () => {
  test.each([
    [{}, "none"],
    [{ MAKEFLAGS: "" }, "none"],
    [{ MAKEFLAGS: "ks -j2" }, "none"],
    [{ MAKEFLAGS: " -j2 --jobserver-auth=9797,9898" }, "gone"],
    [{ MAKEFLAGS: " -j2 --jobserver-fds=9797,9898 -- A=1" }, "gone"],
    [{ MAKEFLAGS: "--jobserver-auth=-2,-2" }, "gone"],
    [{ MAKEFLAGS: "--jobserver-auth=fifo:/nowhere/GMfifo1" }, "gone"],
    [{ MAKEFLAGS: "--jobserver-auth=fifo:/dev/null" }, "gone"],
    [{ MFLAGS: "-j2 --jobserver-auth=9797,9898" }, "gone"],
    [{ CARGO_MAKEFLAGS: "-j2", MAKEFLAGS: "--jobserver-auth=9797,9898" }, "none"],
  ] as const)("of %j is %s", (variables, server) => {
    expect(of(variables)).toBe(server);
  });

  test("of a link is what make's own variable says", () => {
    const variables = { CARGO_MAKEFLAGS: "-j2", MAKEFLAGS: "--jobserver-auth=9797,9898" };
    expect(of(variables, true)).toBe("gone");
  });

  test("is what a named pipe is, or descriptors that are one", async () => {
    using tree = fileTree({ file: "" });
    await mustRun(["mkfifo", tree.at("fifo")]);
    expect(of({ MAKEFLAGS: `-j2 --jobserver-auth=fifo:${tree.at("fifo")}` })).toBe("fifo");
    const file = openSync(tree.at("file"), "r");
    expect(of({ MAKEFLAGS: `--jobserver-auth=${file},${file}` })).toBe("gone");
    closeSync(file);
  });

  test("is what the caller has open, not this process", async () => {
    const script = "sleep 60 | exec sh -c 'echo $$; exec sleep 60 >&-' 7<&0 8<&0";
    const shell = Bun.spawn(["sh", "-c", script], { stdout: "pipe", detached: true });
    const caller = Number(new TextDecoder().decode((await shell.stdout.getReader().read()).value));
    try {
      const environment = new Map([["MAKEFLAGS", " -j2 --jobserver-auth=7,8"]]);
      expect(jobServerOf({ environment, pid: caller, plan: {} })).toBe("pipe");
    } finally {
      process.kill(-shell.pid, "SIGKILL");
    }
  });
});

/** Whether what was made under the first server holds under the second. */
const fits = ([made, now]: readonly [JobServer, JobServer], asked: readonly string[], linksLate = false): boolean => {
  const condition = jobServerCondition(made, { asked, linksLate });
  return jobServerFits(condition === undefined ? [] : [condition], () => now);
};

describe("jobServerFits()", () => {
  test("holds a late link to a server of the same kind, or to none", () => {
    const asked = ["MAKEFLAGS", "PATH"];
    for (const server of ["none", "pipe", "fifo", "gone"] as const) {
      for (const now of ["none", "pipe", "fifo", "gone"] as const)
        expect(fits([server, now], asked, true)).toBe(server === now);
    }
  });

  test("holds what looks for cargo's server, too, to whether it can be reached, if there is one", () => {
    const asked = ["CARGO_MAKEFLAGS", "MAKEFLAGS"];
    expect(fits(["none", "pipe"], asked)).toBe(true);
    expect(fits(["pipe", "none"], asked)).toBe(true);
    expect(fits(["pipe", "gone"], asked)).toBe(false);
    expect(fits(["gone", "none"], asked)).toBe(false);
    expect(fits(["gone", "gone"], asked)).toBe(true);
  });

  test("holds for none of which nothing can be said", () => {
    expect(fits(["unseen", "unseen"], ["MAKEFLAGS"], true)).toBe(false);
    expect(fits(["unseen", "unseen"], ["CARGO_MAKEFLAGS"])).toBe(false);
    expect(fits(["unseen", "unseen"], ["MAKEFLAGS"])).toBe(true);
  });

  test("holds for any server where none was asked for, or only by a driver", () => {
    expect(fits(["pipe", "gone"], ["PATH"], true)).toBe(true);
    expect(fits(["pipe", "gone"], ["MAKEFLAGS"])).toBe(true);
  });
});
