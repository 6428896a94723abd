import { describe, expect, test } from "bun:test";
import { clang } from "../../../src/compilers/clang.ts";
import { gcc } from "../../../src/compilers/gcc.ts";
import { linker } from "../../../src/compilers/linker.ts";
import { cachedPlan, refusalOf } from "./link-plans.ts";

describe.each([
  ["ld", linker],
  ["gcc", gcc],
  ["clang", clang],
] as const)("%s", (name, compiler) => {
  const behind = (option: string): string => (name === "ld" ? option.replaceAll(",", " ") : `-Wl,${option}`);

  test("names what -o says, else a.out, and leaves the name out of the key", () => {
    const one = cachedPlan(compiler, "a.o -o prog -lm");
    expect(one.outputs).toEqual([{ role: "object", path: "prog" }]);
    expect(one).toMatchObject({ link: true, source: "a.o", sideOutputs: false, cwdInKey: false });
    expect(cachedPlan(compiler, "a.o -o other -lm").keyArguments).toEqual(one.keyArguments);
    expect(cachedPlan(compiler, "a.o").outputs).toEqual([{ role: "object", path: "a.out", implied: true }]);
  });

  test("keeps the order of all else", () => {
    const keyOf = (line: string): string => cachedPlan(compiler, line).keyArguments.join(" ");
    expect(keyOf("a.o b.o -o p")).not.toBe(keyOf("b.o a.o -o p"));
    expect(keyOf("a.o -la -lb")).not.toBe(keyOf("a.o -lb -la"));
    expect(keyOf("a.o")).not.toBe(keyOf("a.o -shared"));
    expect(keyOf("a.o -o /dev/null")).not.toBe(keyOf("a.o -o p"));
  });

  test.each([
    "-Map=x.map",
    "-Map,x.map",

    "-M",
    "--print-map",
    "--no-such-option",
    "--cref,-t",
  ])("has the names and the directory in the key where %s may show them", (option) => {
    const [one, other] = ["p", "q"].map((output) => cachedPlan(compiler, `a.o -o ${output} ${behind(option)}`));
    expect(one?.keyArguments).not.toEqual(other?.keyArguments ?? []);
    expect(one).toMatchObject({ sideOutputs: true, cwdInKey: true });
  });

  test.each(["--dependency-file=x.d", "--dependency-file,x.d"])(
    "plans a depfile for %s, whose target is the output",
    (option) => {
      const [one, other] = ["./p", "q"].map((output) => cachedPlan(compiler, `a.o -o ${output} ${behind(option)}`));
      expect(one?.outputs).toEqual([
        { role: "object", path: "./p" },
        { role: "link-depfile", path: "x.d", target: "./p" },
      ]);
      expect(one?.keyArguments).toEqual(other?.keyArguments ?? []);
      expect(cachedPlan(compiler, `a.o -o a#b ${behind(option)}`).sideOutputs).toBe(true);
    },
  );

  test.each([
    "-soname,x",
    "-rpath,/x",
    "--gc-sections",
    "-z,now",
    "--version-script=x.map",
    "--default-symver",
    "--build-id=sha1",
  ])("has neither where %s shows none", (option) => {
    expect(cachedPlan(compiler, `a.o -o p ${behind(option)}`)).toMatchObject({ sideOutputs: false, cwdInKey: false });
  });

  test("warns of a build id that is made up", () => {
    expect(cachedPlan(compiler, `a.o ${behind("--build-id=uuid")}`).warning).toContain("--build-id=sha1");
    expect(cachedPlan(compiler, `a.o ${behind("--build-id=sha1")}`).warning).toBeUndefined();
    expect(cachedPlan(compiler, `a.o ${behind("--build-id")}`).warning).toBeUndefined();
  });

  test("refuses to know what only informs or shows times", () => {
    expect(refusalOf(compiler, `a.o ${behind("--stats")}`)).toBe("link dump-output");
    expect(refusalOf(compiler, `a.o ${behind("--version")}`)).toBe("link library");
    expect(refusalOf(compiler, "a.o -o x -o y")).toBe("link unsupported-option");
    expect(refusalOf(compiler, "-o x")).toBe("link no-source");
    expect(refusalOf(compiler, "a.o -o /dev/stdout")).toMatch(/^link (output-to-stdout|caller-stream)$/);
  });
});

describe("a driver that links", () => {
  test.each(["-c a.c", "-S a.c", "-E a.c", "-x c++-header a.h", "-x c++-header a.h -o a.gch", "a.h"])(
    "is none with %s [links 5]",
    (line) => {
      for (const driver of [gcc, clang]) expect(cachedPlan(driver, line).link).not.toBe(true);
      expect(cachedPlan(gcc, "a.c -o p").link).toBe(true);
    },
  );

  test.each([gcc, clang])("has the directory in the key for sources with debug information only", (driver) => {
    const cwdInKey = (line: string): boolean => cachedPlan(driver, line).cwdInKey;
    expect([cwdInKey("-g a.o -o p"), cwdInKey("-g a.c -o p"), cwdInKey("a.c -o p"), cwdInKey("a.s -o p")]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(cwdInKey("-flto a.o -o p")).toBe(true);
  });

  test("names what the compiler makes beside objects after the program", () => {
    for (const line of ["-MD a.c -o p", "-save-temps a.c -o p", "--coverage a.o -o p", "-gsplit-dwarf a.c -o p"])
      expect(cachedPlan(gcc, line)).toMatchObject({ sideOutputs: true, cwdInKey: true });
  });

  test("says that link-time compilers read options from objects", () => {
    const { configuredBy } = cachedPlan(gcc, "a.o -o p");
    expect(
      ["/usr/lib/gcc/x/12/lto1", "/usr/lib/gcc/x/12/lto-wrapper", "/x/lto1.o"].map((path) => configuredBy?.test(path)),
    ).toEqual([true, true, false]);
  });

  test("reads standard input as a source", () => {
    expect(cachedPlan(gcc, "b.o -x c - -o p").source).toBe("-");
  });
});
