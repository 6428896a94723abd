import { describe, expect, test } from "bun:test";
import { objcopy, strip } from "../../../src/compilers/binary-tools.ts";
import { cachedPlan, refusalOf } from "./link-plans.ts";

describe.each([
  ["strip", strip, "-o out prog"],
  ["objcopy", objcopy, "prog out"],
] as const)("%s.parse()", (_name, tool, toAnother) => {
  test("changes its input where no other file is named", () => {
    expect(cachedPlan(tool, "-g prog")).toMatchObject({
      link: true,
      outputs: [{ role: "direct", path: "prog" }],
      previous: ["prog"],
    });
  });
  test("makes another file, whose name is not in the key", () => {
    const plan = cachedPlan(tool, toAnother);
    expect(plan.outputs).toEqual([{ role: "object", path: "out" }]);
    expect(plan.previous).toBeUndefined();
    expect(cachedPlan(tool, toAnother.replace("out", "b")).keyArguments).toEqual(plan.keyArguments);
    expect(cachedPlan(tool, "prog").keyArguments).not.toEqual(plan.keyArguments);
  });
  test("takes values for what they are", () => {
    expect(cachedPlan(tool, "-R .comment --keep-symbol main -Kf --strip-symbol=g prog").outputs).toEqual([
      { role: "direct", path: "prog" },
    ]);
  });
  test.each<[string, string]>([
    ["-p prog", "unsupported-option"],
    ["-U prog", "unsupported-option"],
    ["-v prog", "unsupported-option"],
    ["--no-such prog", "unknown-option"],
    ["prog -R", "missing-value"],
    ["--version", "library"],
    ["", "no-source"],
    ["a b c", "many-sources"],
    ["/dev/stdin", "caller-stream"],
  ])("refuses %j: %s", (line, reason) => {
    expect(refusalOf(tool, line)).toBe(`link ${reason}`);
  });
});

test("strip of several files is left alone", () => {
  expect(refusalOf(strip, "a b")).toBe("link many-sources");
});

test("objcopy reads files that options name, and leaves alone what writes more", () => {
  expect(cachedPlan(objcopy, "--add-gnu-debuglink=prog.debug prog").outputs).toEqual([
    { role: "direct", path: "prog" },
  ]);
  expect(cachedPlan(objcopy, "--add-gnu-debuglink prog.debug prog out").outputs).toEqual([
    { role: "object", path: "out" },
  ]);
  expect(refusalOf(objcopy, "--dump-section .text=t prog")).toBe("link unsupported-option");
});
