import { describe, expect, test } from "bun:test";
import { type RustLine, readRustLine } from "../../../src/compilers/rustc-line.ts";
import type { Refusal } from "../../../src/core/plan.ts";

const NO_FILES = { read: () => undefined, variable: () => undefined };

function read(...args: string[]): RustLine | Refusal {
  return readRustLine(args, NO_FILES);
}

function lineOf(...args: string[]): RustLine {
  const line = read(...args);
  if ("reason" in line) throw new Error(`refused: ${line.reason} (${line.detail}) ${args.join(" ")}`);
  return line;
}

function reasonOf(...args: string[]): string {
  const line = read(...args);
  return "reason" in line ? line.reason : "understood";
}

describe("readRustLine()", () => {
  // As getopts reads them: `rustc -o=x` makes a file `=x`.
  test.each([
    [["-ox"], { output: "x" }],
    [["-o=x"], { output: "=x" }],
    [["-o", "-g"], { output: "-g" }],
    [["--crate-name", "x"], { crateName: "x" }],
    [["--crate-name=x=y"], { crateName: "x=y" }],
    [["--crate-name="], { crateName: "" }],
    [["-Cextra-filename=-1"], { extraFilename: "-1" }],
    [["-C", "extra_filename=-1"], { extraFilename: "-1" }],
    [["--codegen=extra-filename=-1"], { extraFilename: "-1" }],
    [["--codegen", "extra-filename=-1"], { extraFilename: "-1" }],
    [["-C", "incremental=a=b"], { incremental: "a=b" }],
    [["--crate-type", "lib,cdylib", "--crate-type=bin"], { crateTypes: ["lib", "cdylib", "bin"] }],
    [["--out-dir=a"], { outDir: "a" }],
    [["--target", "t"], { target: "t" }],
    [["--test"], { test: true }],
    [
      ["-L", "dependency=a=b", "-Lnative=c", "-L", "d"],
      { dependencyDirectories: ["a=b"], otherDirectories: ["c", "d"] },
    ],
  ])("takes the value of %j", (args, expected) => {
    expect(lineOf(...args, "x.rs")).toMatchObject({ inputs: ["x.rs"], ...expected });
  });

  test.each(["-A", "-C", "-D", "-F", "-L", "-W", "-l"])("takes a value of %s, joined or not", (name) => {
    expect(lineOf(`${name}unused`, "x.rs").inputs).toEqual(["x.rs"]);
    expect(lineOf(name, "unused", "x.rs").inputs).toEqual(["x.rs"]);
    expect(reasonOf("x.rs", name)).toBe("missing-value");
  });

  test.each([
    ..."--allow --cap-lints --cfg --check-cfg --codegen --color --crate-name --crate-type --deny --diagnostic-width".split(
      " ",
    ),
    ..."--edition --emit --env-set --error-format --explain --extern --forbid --force-warn --json --out-dir".split(" "),
    ..."--print --remap-path-prefix --remap-path-scope --sysroot --target --warn".split(" "),
  ])("takes a value of %s, joined by = or not", (name) => {
    expect(lineOf(`${name}=x`, "x.rs").inputs).toEqual(["x.rs"]);
    expect(lineOf(name, "x", "x.rs").inputs).toEqual(["x.rs"]);
    expect(reasonOf("x.rs", name)).toBe("missing-value");
  });

  test.each(["-O", "-g", "-v", "--test", "--verbose"])("takes no value of %s", (name) => {
    expect(lineOf(name, "x.rs").inputs).toEqual(["x.rs"]);
  });

  // rustc takes the first four, the others are errors of today's.
  test.each(["-gO", "-gCopt-level=1", "--O", "--", "--crate-nam=x", "--test=1", "-test", "-vv", "-é", "-Hx"])(
    "refuses %s",
    (arg) => {
      expect(reasonOf(arg, "x.rs")).toBe("unknown-option");
    },
  );

  test.each([
    "-vV",
    "-Vv",
    "-V",
    "-h",
    "--help",
    "--version",
    "-Whelp",
    "--warn=help",
    "--allow=help",
    "-Ahelp",
    "-Dhelp",
    "--deny=help",
    "-Fhelp",
    "--forbid=help",
    "--force-warn=help",
    "-Chelp",
    "-Zhelp",
    "--explain=E0001",
    "--print=cfg",
    "--print=file-names",
    "--print=deployment-target",
    "--print=sysroot",
  ])("knows %s for a question", (arg) => {
    expect(lineOf(arg, "x.rs").asks).toBe(true);
    expect(lineOf("x.rs").asks).toBe(false);
  });

  test("knows what is printed along with a compilation", () => {
    expect(lineOf("--print=native-static-libs", "--print=link-args").asks).toBe(false);
    expect(lineOf("--print=native-static-libs", "--print=cfg", "--print=link-args").asks).toBe(true);
  });

  test("knows the files of crates, however they are named, and none where only the name is given", () => {
    const options = ["--extern", "a=d/a.rlib", "--extern=b=/b=c.rmeta", "--extern", "priv,noprelude:c=c.so"];
    expect(lineOf(...options, "--extern=std", "--extern", "force:d").externs).toEqual([
      "d/a.rlib",
      "/b=c.rmeta",
      "c.so",
    ]);
  });

  test("keeps kinds of output with their names, the last of each", () => {
    expect([...lineOf("--emit=link,dep-info=a.d", "--emit", "metadata", "--emit=link=x=y").emits]).toEqual([
      ["link", "x=y"],
      ["dep-info", "a.d"],
      ["metadata", undefined],
    ]);
    expect(lineOf("--emit=link=x", "--emit=link").emits.get("link")).toBeUndefined();
  });

  test.each([
    [["-C", "target-cpu=native"], true],
    [["-Ctarget_cpu=native", "-Ctarget-cpu=x86-64"], true],
    [["-C", "target-cpu=x86-64"], false],
    // It says which one `native` is.
    [["--print=target-cpus"], true],
    [["--print=cfg"], false],
  ])("knows whether %j depends on the processor", (args, native) => {
    expect(lineOf(...args).native).toBe(native);
  });

  test.each([
    [["-C", "save-temps"], "dump-output"],
    [["-Csave_temps=yes"], "dump-output"],
    [["-C", "split-debuginfo=unpacked"], "dump-output"],
    [["-Cllvm-args=-time-passes"], "dump-output"],
    [["-Cllvm-args=-x86-asm-syntax=intel -stats"], "dump-output"],
    [["-Cllvm-args=--info-output-file=x"], "dump-output"],
    [["-Cpasses=dot-cfg"], "dump-output"],
    [["-Cpasses=print<loops>"], "dump-output"],
    [["-Cpasses=list"], "dump-output"],
    [["-Clink-arg=-Wl,--stats"], "dump-output"],
    [["-Clink-args=-s -save-temps"], "dump-output"],
    [["-Clink-arg=@file"], "dump-output"],
    [["--print=cfg=file"], "dump-output"],
    [["--json=artifacts,timings"], "unsupported-option"],
    [["-Ztime-passes"], "unsupported-option"],
    [["-Z", "remark-dir=x"], "unsupported-option"],
    [["-Zself_profile"], "unsupported-option"],
    [["-oa", "-ob"], "unsupported-option"],
    [["/dev/stdin"], "caller-stream"],
    [["--cfg", "x", "@/dev/fd/3"], "caller-stream"],
    [["@none"], "bad-response-file"],
  ])("refuses %j", (args, reason) => {
    expect(reasonOf("x.rs", ...args)).toBe(reason);
  });

  test.each([
    "-Csplit-debuginfo=off",
    "-Csplit-debuginfo=packed",
    "-Cllvm-args=-inline-threshold=5 -enable-profiled-x",
    "-Cllvm-args=-x86-asm-syntax=intel",
    "-Clink-arg=-Wl,-Map=x.map",
    "-Clink-args=-Wl,-soname,x -nostartfiles",
    "-Cprofile-generate=d",
    "-Cremark=all",
    "-Cmetadata=x",
    "-Ccodegen-units=1",
    "-Zunstable-options",
    "-Zshare_generics=y",
    "--json=artifacts,future-incompat",
    "-",
  ])("understands %s", (arg) => {
    expect(reasonOf("x.rs", arg)).toBe("understood");
  });

  test("reads arguments from a file, one a line, in which @ means nothing", () => {
    const files: Record<string, string> = {
      a: "--crate-name\r\nx y\n\n@b\n-o\r\nz\r",
      empty: "",
    };
    const around = { read: (path: string) => files[path], variable: () => undefined };
    expect(readRustLine(["--cfg", "@a", "x.rs"], around)).toMatchObject({
      inputs: ["x y", "", "@b", "x.rs"],
      output: "z\r",
    });
    expect(readRustLine(["@empty", "x.rs"], around)).toMatchObject({ inputs: ["x.rs"] });
  });
});
