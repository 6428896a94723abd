import { expect, test } from "bun:test";
import { readExecLine, STREAM_FLAGS, SWITCH_FLAGS, VALUE_FLAGS } from "../../../src/cli/exec-line.ts";

test("readExecLine() takes values behind = and in the next word, lists in order, and leaves the tool's words alone", () => {
  const words = [
    "--input-file",
    "a",
    "--input-file=b",
    "--input-extra=",
    "--no-cache",
    "--depfile",
    "--",
    "--",
    "sh",
    "--x",
    "--",
  ];
  const line = readExecLine(words);
  if (typeof line === "string") throw new Error(line);
  expect([...line.values]).toEqual([
    ["input-file", ["a", "b"]],
    ["input-extra", [""]],
    ["depfile", ["--"]],
  ]);
  expect([...line.switches]).toEqual(["no-cache"]);
  expect(line.command).toEqual(["sh", "--x", "--"]);
});

test("readExecLine() knows every flag that help lists", () => {
  for (const flag of Object.keys(VALUE_FLAGS)) {
    const value = flag.startsWith("tool-hash") ? "0".repeat(64) : "value";
    expect(typeof readExecLine([`--${flag.split(" ")[0]}`, value, "--", "sh"])).toBe("object");
  }
  for (const flag of [...Object.keys(SWITCH_FLAGS), ...Object.keys(STREAM_FLAGS)])
    expect(typeof readExecLine([`--${flag}`, "--", "sh"])).toBe("object");
});

test.each<[args: string[], wrong: string]>([
  [[], "there is no tool"],
  [["--no-cache"], "there is no tool"],
  [["--", ""], "there is no tool"],
  [["sh"], '"sh" is no flag'],
  [["--unknown", "--", "sh"], '"--unknown" is no flag'],
  [["--no-cache=yes", "--", "sh"], '"--no-cache=yes" is no flag'],
  [["--depfile"], '"--depfile" is without its value'],
  [["--depfile=a", "--depfile=b", "--", "sh"], '"--depfile" is given twice'],
  [["--output-stderr=no", "--", "sh"], '"--output-stderr" is true or false'],
  [["--tool-hash=ab", "--", "sh"], '"--tool-hash" is not 64'],
])("readExecLine() refuses %j", (args, wrong) => {
  expect(readExecLine(args)).toContain(wrong);
});
