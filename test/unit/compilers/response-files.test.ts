import { describe, expect, test } from "bun:test";
import { expandResponseFiles, splitArguments } from "../../../src/compilers/response-files.ts";

const reading = (files: Record<string, string>) => ({ read: (path: string) => files[path] });

describe("splitArguments()", () => {
  test.each<[string, string, string[]]>([
    ["blanks of every kind", " a\tb\nc\v\fd\r\n", ["a", "b", "c", "d"]],
    ["nothing", " \n", []],
    ["apostrophes", "'a b' c'd'e", ["a b", "cde"]],
    ["quotation marks", '"a b" -D"X=1 2"', ["a b", "-DX=1 2"]],
    ["an empty argument", "'' \"\"", ["", ""]],
    ["a quoted mark", '-DX=\\"s\\" "\\"" "\'" \'"\'', ['-DX="s"', '"', "'", '"']],
    ["a quoted blank", "a\\ b", ["a b"]],
    ["a quoted backslash", '\\\\ "\\\\"', ["\\", "\\"]],
    ["lines inside quotes", "'a\nb'", ["a\nb"]],
    ["bytes that are blanks elsewhere", "a\u00a0b\u0085", ["a\u00a0b\u0085"]],
  ])("reads %s", (_title, content, expected) => {
    expect(splitArguments(content)).toEqual(expected);
  });
  test.each<[string, string]>([
    ["a backslash between apostrophes", "'a\\b'"],
    ["a backslash that quotes an ordinary character between quotation marks", '"a\\b"'],
    ["a backslash at the end of a line", "a\\\nb"],
    ["a backslash at the end", "a\\"],
    ["an open quote", "'a"],
    ["NUL", "a\0b"],
  ])("leaves %s to the tool", (_title, content) => {
    expect(splitArguments(content)).toBeUndefined();
  });
});

describe("expandResponseFiles()", () => {
  test("keeps the order, also of nested files", () => {
    const files = reading({ outer: "-b @inner -e", inner: "-c\n-d" });
    expect(expandResponseFiles(["-a", "@outer", "-f"], files)).toEqual(["-a", "-b", "-c", "-d", "-e", "-f"]);
  });
  test("expands a file where an option's value stands, as gcc does", () => {
    expect(expandResponseFiles(["-o", "@name"], reading({ name: "x.o" }))).toEqual(["-o", "x.o"]);
  });
  test.each<[string, string[], Record<string, string>]>([
    ["is missing", ["@none"], {}],
    ["names a missing one", ["@a"], { a: "@none" }],
    ["names itself", ["@a"], { a: "@a" }],
    ["names itself twice", ["@a"], { a: "@a @a" }],
    ["has no name", ["@"], {}],
    ["is quoted ambiguously", ["@a"], { a: "'\\'" }],
  ])("refuses a file that %s", (_title, args, files) => {
    expect(expandResponseFiles(args, reading(files))).toMatchObject({ kind: "refused", reason: "bad-response-file" });
  });
  test.each<[string, number]>([
    ["reads 16 levels", 16],
    ["refuses the 17th level", 17],
  ])("%s", (_title, levels) => {
    const files: Record<string, string> = { "1": "-c" };
    for (let level = 2; level <= levels; level++) files[level] = `@${level - 1}`;
    const expanded = expandResponseFiles([`@${levels}`], reading(files));
    expect("reason" in expanded).toBe(levels > 16);
  });
});
