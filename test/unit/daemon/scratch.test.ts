import { describe, expect, test } from "bun:test";
import type { CompilePlan } from "../../../src/core/plan.ts";
import { isScratch, refusalForScratch } from "../../../src/daemon/scratch.ts";
import { fileTree } from "../../support/file-tree.ts";
import { CRATE_PLAN } from "../../support/plans.ts";

const planWith = (scratch: string): CompilePlan => ({ ...CRATE_PLAN, scratch });

describe("isScratch()", () => {
  test.each([
    ["/w/inc/x-1abc/s-1/dep-graph.bin", true],
    ["/w/inc/x-", true],
    ["/w/inc", true],
    ["/w/inc/xy-1/s-1/a.o", false],
    ["/w/inc/y", false],
    ["/w/incx/x-1", false],
    ["/w", false],
  ])("%s: %p", (path, expected) => {
    expect(isScratch(path, { plan: planWith("inc/x-"), cwd: "/w" })).toBe(expected);
    expect(isScratch(path, { plan: planWith("/w/inc/x-"), cwd: "/elsewhere" })).toBe(expected);
    expect(isScratch(path, { plan: CRATE_PLAN, cwd: "/w" })).toBe(false);
  });
});

describe("refusalForScratch()", () => {
  test("refuses where an earlier run left something of that name, whatever bytes it has", () => {
    using tree = fileTree({ "inc/x-1\u00ff/s-1/a.o": "" });
    const owner = { plan: planWith("inc/x-"), cwd: tree.path };
    expect(refusalForScratch(owner)).toMatchObject({ kind: "refused", reason: "incremental" });
  });

  test("is silent where there is nothing, something else or no directory", () => {
    using tree = fileTree({ "inc/xy-1/a.o": "", "inc/y-1/a.o": "", file: "" });
    for (const scratch of ["inc/x-", "none/x-", "file/x-"]) {
      expect(refusalForScratch({ plan: planWith(scratch), cwd: tree.path })).toBeUndefined();
    }
    expect(refusalForScratch({ plan: CRATE_PLAN, cwd: tree.path })).toBeUndefined();
  });
});
