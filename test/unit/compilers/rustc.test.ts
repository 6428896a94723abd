import { describe, expect, test } from "bun:test";
import { clippy, rustc } from "../../../src/compilers/rustc.ts";
import { NATIVE_CPU } from "../../../src/core/plan.ts";
import { cachedPlan, planOf } from "./link-plans.ts";

const outputsOf = (line: string): string[] =>
  cachedPlan(rustc, line).outputs.map(({ role, path }) => `${role} ${path}`);

const reasonOf = (line: string): string => {
  const plan = planOf(rustc, line);
  return plan.kind === "refused" ? plan.reason : "cached";
};

describe("rustc", () => {
  test("is recognised by its name, with a version or not", () => {
    const names = ["rustc", "rustc-1.96", "rustc-1.96.0", "rustdoc", "rustc-nightly", "clippy-driver", "xrustc"];
    expect(names.filter((name) => rustc.recognises(name))).toEqual(["rustc", "rustc-1.96", "rustc-1.96.0"]);
    expect(clippy.recognises("clippy-driver")).toBe(true);
  });

  // What rustc 1.95 and 1.96 made of each.
  test.each([
    ["", "object x"],
    ["--crate-type bin", "object x"],
    ["--crate-type lib", "object libx.rlib"],
    ["--crate-type rlib,cdylib", "object libx.rlib"],
    ["--crate-type cdylib --crate-type rlib", "object libx.so"],
    ["--crate-type dylib", "object libx.so"],
    ["--crate-type proc-macro", "object libx.so"],
    ["--crate-type staticlib", "object libx.a"],
    ["--crate-type lib --test -C extra-filename=-1", "object x-1"],
    ["--crate-type lib --test --emit=metadata", "object libx.rmeta"],
    ["--emit=metadata", "object libx.rmeta"],
    ["--emit=metadata=z", "object z"],
    ["--emit=metadata=z,dep-info=q --out-dir k", "object z, depfile q"],
    [
      "--crate-type lib --emit=dep-info,metadata,link --out-dir d/ -Cextra-filename=-1",
      "object d/libx-1.rlib, depfile d/x-1.d",
    ],
    ["--emit=dep-info", "depfile x.d"],
    ["--emit=link=/y -C extra-filename=-1", "object /y"],
    ["--out-dir= --emit=link", "object x"],
    ["-o y", "object y"],
    ["-o y --out-dir k", "object y"],
    ["-o y --emit=link=z", "object z"],
    ["-o y --emit=metadata", "object y"],
    ["-o y --emit=dep-info", "depfile y"],
    ["-o y --crate-type lib -C extra-filename=-1", "object y"],
  ])("makes of %j: %s", (options, expected) => {
    expect(outputsOf(`x.rs --crate-name x ${options}`.trimEnd()).join(", ")).toBe(expected);
  });

  test.each([
    ["x.rs", "crate-name"],
    ["--crate-name x", "no-source"],
    ["x.rs y.rs --crate-name x", "many-sources"],
    ["x.rs --crate-name x --emit=asm", "unsupported-option"],
    ["x.rs --crate-name x --emit=link,obj", "unsupported-option"],
    ["x.rs --crate-name x -o y --emit=link,dep-info", "unsupported-option"],
    ["x.rs --crate-name x -o y --crate-type lib,cdylib", "unsupported-option"],
    ["x.rs --crate-name x --crate-type lib,bin", "unsupported-option"],
    ["x.rs --crate-name x -o -", "output-to-stdout"],
    ["x.rs --crate-name x --emit=metadata=-", "output-to-stdout"],
    ["x.rs --crate-name x --target wasm32-unknown-unknown", "unsupported-option"],
    ["x.rs --crate-name x --target t.json", "unsupported-option"],
    // rustc would go on in ./x-<hash>, or in a directory with a name that the file or the source gives.
    ["x.rs --crate-name x -C incremental=", "unsupported-option"],
    ["x.rs -o y -C incremental=d", "unsupported-option"],
    ["x.rs -o y", "cached"],
  ])("answers %j with %s", (line, reason) => {
    expect(reasonOf(line)).toBe(reason);
  });

  test.each([
    ['{"arch": "x86_64", "os": "none"}', "cached"],
    ['{"os": "none", "exe-suffix": ".efi"}', "unsupported-option"],
    ['{"dll-prefix" : ""}', "unsupported-option"],
    ['{"is-like-windows":true}', "unsupported-option"],
  ])("of a target that a file describes as %s the crate is %s", (description, expected) => {
    const read = (path: string) => (path === "of/windows/t.json" ? description : undefined);
    const args = ["x.rs", "--crate-name=x", "--target", "of/windows/t.json"];
    const plan = rustc.parse(args, { read, variable: () => undefined });
    expect(plan.kind === "refused" ? plan.reason : "cached").toBe(expected);
  });

  test.each<[options: string, shows: string]>([
    ["--crate-type bin", "as-text"],
    ["--crate-type cdylib,staticlib -C opt-level=3 -C debuginfo=0", "as-text"],
    ["--crate-type lib --test", "as-text"],
    ["--crate-type bin -C debuginfo=2 --emit=dep-info,metadata", "as-text"],
    ["--crate-type lib", "unless-replaced"],
    ["--crate-type cdylib,lib", "unless-replaced"],
    ["--crate-type proc-macro", "unless-replaced"],
    // The source may say what it is.
    ["", "unless-replaced"],
    ["--crate-type bin -g", "unless-replaced"],
    ["--crate-type bin -C debuginfo=1", "unless-replaced"],
    ["--crate-type bin -Cdebuginfo=line-tables-only --emit=link", "unless-replaced"],
    ["--crate-type bin -C instrument-coverage", "always"],
    ["--crate-type bin -C instrument_coverage", "always"],
    ["--crate-type bin -C metadata=/a", "always"],
    ["--crate-type bin -Z threads=2", "always"],
    ["--crate-type bin --env-set A=/a", "always"],
    ["--crate-type lib --remap-path-scope macro", "always"],
  ])("of %j the directory shows %s", (options, shows) => {
    expect(cachedPlan(rustc, `x.rs --crate-name x ${options}`.trimEnd()).directoryShows as string).toBe(shows);
  });

  test("knows what is replaced in paths, by the last equals sign", () => {
    const line = "x.rs --crate-name x --remap-path-prefix=/a=b=. --remap-path-prefix /c=";
    expect(cachedPlan(rustc, line).replaced).toEqual([
      { from: "/a=b", to: "." },
      { from: "/c", to: "" },
    ]);
  });

  test.each([
    ["-C rpath", undefined],
    ["-C rpath=yes", undefined],
    ["-C rpath=no", "/a/target"],
    ["-C split_debuginfo=packed", undefined],
    ["-C link-arg=-Wl,--compress-debug-sections=zstd", undefined],
    ["--env-set A=/a/target", undefined],
    ["-C link-arg=-s", "/a/target"],
  ])("with %s the directory of the build is %p", (options, root) => {
    expect(cachedPlan(rustc, `x.rs --crate-name x --out-dir /a/target/deps ${options}`).root).toBe(root as string);
  });

  test("has every argument in the key, and the processor where it matters", () => {
    const line = "x.rs --crate-name x -C metadata=1 -Ctarget-cpu=native";
    expect(cachedPlan(rustc, line).keyArguments).toEqual([NATIVE_CPU, ...line.split(" ")]);
    expect(cachedPlan(rustc, "--print=target-cpus").keyArguments).toContain(NATIVE_CPU);
    expect(cachedPlan(rustc, "-vV").keyArguments).toEqual(["-vV"]);
    expect(cachedPlan(rustc, line)).toMatchObject({ cwdInKey: true, sideOutputs: true, unlinks: true, source: "x.rs" });
  });

  test("has what files of arguments hold in the key, in place of their names", () => {
    const keyWith = (content: string): unknown => {
      const plan = rustc.parse(["x.rs", "@a", "--crate-name=x"], { read: () => content, variable: () => undefined });
      return plan.kind === "compile" ? plan.keyArguments : plan;
    };
    expect(keyWith("--cfg\nb c\n")).toEqual(["x.rs", "--cfg", "b c", "--crate-name=x"]);
    expect(keyWith("-Ctarget-cpu=native")).toEqual([NATIVE_CPU, "x.rs", "-Ctarget-cpu=native", "--crate-name=x"]);
  });

  test("makes nothing where it is asked", () => {
    const probe = "- --crate-name ___ --print=file-names --crate-type bin --print=cfg -Wwarnings";
    expect(cachedPlan(rustc, probe)).toMatchObject({ source: "-", outputs: [], sideOutputs: false });
    for (const line of ["-vV", "-W help", "-C help"]) {
      expect(cachedPlan(rustc, line)).toMatchObject({ source: ".", outputs: [], sideOutputs: false, cwdInKey: true });
    }
  });

  test("keeps what speeds up the next run below the named directory, by the crate's name", () => {
    expect(cachedPlan(rustc, "x.rs --crate-name x -C incremental=t/inc").scratch).toBe("t/inc/x-");
    expect(cachedPlan(rustc, "x.rs --crate-name x")).not.toHaveProperty("scratch");
  });

  test.each([
    ["-L dependency=d", ["d"]],
    ["-L dependency=d -L dependency=/e/deps -L native=/n/out", ["d", "/e/deps"]],
    ["-L dependency=/w/d -L d", []],
    ["-L dependency=/w/d/ -L crate=./d/.", []],
    ["-L dependency=/w/d -L dependency=/w/e -L all=x/d", ["/w/e"]],
    ["-L dependency=/w/d -L .", []],
    ["-L dependency=/w/d -L native=x/..", []],
    ["-L d", []],
  ])("looks only for crates' crates in those of %j: %j", (options, directories) => {
    expect(cachedPlan(rustc, `x.rs --crate-name x ${options}`).crateDirectories).toEqual(directories);
  });

  // What cargo passes: outputs and crates of one build below one directory.
  test.each([
    ["--out-dir /p/t/debug/deps -L dependency=/p/t/debug/deps", "/p/t/debug"],
    ["--out-dir /p/t/debug/deps --extern a=/p/t/debug/deps/liba-1.rlib", "/p/t/debug"],
    ["--out-dir /p/t/x86/debug/deps -L dependency=/p/t/x86/debug/deps --extern priv:a=/p/t/debug/deps/liba.so", "/p/t"],
    ["--out-dir /p/t/debug/build/a-1 -L dependency=/p/t/debug/deps", "/p/t/debug"],
    ["--out-dir /p/t/debug/deps --extern a=/q/liba.rlib", undefined],
    ["--out-dir /p/../t/debug/deps", undefined],
    ["--out-dir /p/t$/debug/deps", undefined],
    ["--out-dir t/debug/deps", undefined],
    ["--out-dir /p/t/debug/deps -o /p/t/debug/x", undefined],
    ["", undefined],
  ])("puts the directory of the build of %j into the plan: %p", (options, root) => {
    const plan = cachedPlan(rustc, `x.rs --crate-name x ${options}`.trimEnd());
    expect(plan.root).toBe(root);
    const [, depfile] = cachedPlan(
      rustc,
      `x.rs --crate-name x --emit=link,dep-info ${options}`.trimEnd().replace(/ -o .*/, ""),
    ).outputs;
    if (root !== undefined) expect(depfile).toMatchObject({ role: "crate-depfile", target: root });
  });

  test.each([
    ["CARGO_PKG_VERSION", true],
    ["CARGO_MANIFEST_DIR", true],
    ["OUT_DIR", false],
    ["CARGO_HOME", false],
    ["MY_CARGO_PKG_NAME", false],
  ])("asks whether %s may be read unseen", (name, expected) => {
    expect(cachedPlan(rustc, "x.rs --crate-name x").variables?.test(name)).toBe(expected);
  });
});

describe("clippy-driver", () => {
  test("reads the arguments behind the rustc that it takes the place of", () => {
    const line = "x.rs --crate-name x";
    const plan = cachedPlan(clippy, `/a/rustc ${line}`);
    expect(plan).toMatchObject({ source: "x.rs", outputs: [{ role: "object", path: "x" }] });
    expect(plan.keyArguments).toEqual(["in place of", "/a/rustc", ...line.split(" ")]);
    expect(cachedPlan(clippy, line).keyArguments).toEqual(line.split(" "));
    expect(planOf(clippy, "/a/rustc --crate-name x").kind).toBe("refused");
    expect(planOf(clippy, "--rustc x.rs --crate-name x")).toMatchObject({ reason: "unknown-option" });
  });
});
