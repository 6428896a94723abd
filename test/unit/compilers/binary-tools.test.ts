import { describe, expect, test } from "bun:test";
import { objcopy, otherBinaryTool, strip } from "../../../src/compilers/binary-tools.ts";
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

test.each(["prog", "-o out prog", "--version"])("tools of LLVM and elfutils are left alone: %s", (line) => {
  expect(refusalOf(otherBinaryTool, line)).toBe("link link");
});

test.each<[boolean | undefined, string]>([
  [true, "-g prog"],
  [true, "--strip-unneeded -R .comment -K main prog"],
  [true, "-R.comment --keep-symbol=main -w prog"],
  [false, "-g -O binary prog"],
  [false, "--only-keep-debug prog"],
  [undefined, "-g -O binary -o out prog"],
])("strip says %p to whether it makes the same again: %s", (repeatable, line) => {
  expect(cachedPlan(strip, line).repeatable).toBe(repeatable);
});

test.each<[boolean | undefined, string]>([
  [true, "--strip-debug a.o"],
  [true, "--localize-hidden --weaken-symbol=f -G g a.o"],
  [false, "--prefix-symbols=x_ a.o"],
  [false, "--strip-debug --prefix-symbols x_ a.o"],
  [false, "--add-gnu-debuglink=prog.debug prog"],
  [false, "--redefine-sym a=b a.o"],
  [false, "--rename-section .text=.t a.o"],
  [undefined, "--prefix-symbols=x_ a.o b.o"],
])("objcopy says %p to whether it makes the same again: %s", (repeatable, line) => {
  expect(cachedPlan(objcopy, line).repeatable).toBe(repeatable);
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
