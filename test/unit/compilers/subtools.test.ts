import { describe, expect, test } from "bun:test";
import { readAssemblerPiece, readPreprocessorPieces } from "../../../src/compilers/subtools.ts";

describe("readPreprocessorPieces()", () => {
  test.each<[string[], string[], string | undefined]>([
    [["-DA=1", "-UB", "-Idir"], ["-DA=1", "-UB", "-Idir"], undefined],
    [["-MD", "a.d"], ["-MD"], "a.d"],
    [["-MMD", "a.d", "-MT", "x", "-MQ", "y", "-MP"], ["-MMD", "-MT", "x", "-MQ", "y", "-MP"], "a.d"],
  ])("takes %j", (pieces, key, depfile) => {
    expect(readPreprocessorPieces(pieces)).toEqual({ key, depfile });
  });
  test.each([
    [["-D", "A"]],
    [["-MD"]],
    [["-MF", "a.d"]],
    [["-MD", "a", "-MMD", "b"]],
    [["-fdump-x"]],
    [[""]],
    [["-C"]],
  ])("refuses %j", (pieces) => {
    expect(readPreprocessorPieces(pieces)).toMatchObject({ reason: "unknown-option" });
  });
});

describe("readAssemblerPiece()", () => {
  test.each(["--noexecstack", "--64"])("takes %s as plain", (piece) => {
    expect(readAssemblerPiece(piece)).toBe("plain");
  });
  test.each([
    "-g",
    "--gdwarf-5",
    "-I",
    "dir",
    "--defsym",
    "--alternate",
    "-mrelax-relocations=no",
    "--strip-local-absolute",
  ])("expects %s to show the working directory", (piece) => {
    expect(readAssemblerPiece(piece)).toBe("shows-cwd");
  });
  test.each(["-a", "-aln=x.lst", "-alh", "--a=x", "--MD", "-MD", "--MD=x", "--M"])(
    "expects %s to name outputs",
    (piece) => {
      expect(readAssemblerPiece(piece)).toBe("shows-names");
    },
  );
  test.each(["-o", "-ox", "--statistics", "--stat", "-stat"])("refuses %s as a dump", (piece) => {
    expect(readAssemblerPiece(piece)).toMatchObject({ reason: "dump-output" });
  });
  test("refuses a response file, which as would read itself", () => {
    expect(readAssemblerPiece("@x")).toMatchObject({ reason: "bad-response-file" });
  });
});
