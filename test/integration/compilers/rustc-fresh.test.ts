// What changes a crate is noticed, and what rustc refuses to write over stays. Each is compared with rustc alone.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { titled } from "../../support/missing.ts";
import { type Finished, run } from "../../support/run.ts";
import { noRust, rustTools } from "../../support/rust-tools.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

const RUSTC = noRust === undefined ? rustTools().rustc : "rustc";

type Calls = { readonly hits: number; readonly misses: number };

async function counts(box: Sandbox): Promise<Calls> {
  const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
  return { hits: daemon.cache_hits, misses: daemon.cache_misses };
}

/** Runs rustc through the cache; `calls` such calls were made with it. */
async function compile(
  box: Sandbox,
  line: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return box.zccache([RUSTC, ...line.split(" ")], { cwd: box.tree.path, env: { ...box.env, ...variables } });
}

async function said(box: Sandbox, program: string): Promise<string> {
  return (await run([box.tree.at(program)], { env: box.env })).stdout.trim();
}

describe.skipIf(noRust !== undefined)(titled("rustc", noRust), () => {
  test("makes another program where a file of arguments says something else", async () => {
    await using box = sandbox();
    box.tree.write({ "m.rs": 'fn main() { println!("{}", cfg!(other)) }\n', args: "--cfg\none\n" });
    const results: string[] = [];
    for (const [number, cfg] of ["one", "one", "other", "one"].entries()) {
      box.tree.write({ args: `--cfg\n${cfg}\n` });
      expect(await compile(box, "m.rs @args -o m")).toMatchObject({ exitCode: 0, stderr: "" });
      results.push(await said(box, "m"));
      await box.settled(number + 1);
    }
    expect(results).toEqual(["false", "false", "true", "false"]);
    expect(await counts(box)).toEqual({ hits: 2, misses: 2 });
  });

  test("knows a procedural macro that lists variables from one that asks for some", async () => {
    await using box = sandbox();
    const macro = (what: string): string => `extern crate proc_macro;
#[proc_macro] pub fn z(_: proc_macro::TokenStream) -> proc_macro::TokenStream { format!("{:?}", ${what}).parse().unwrap() }
`;
    box.tree.write({
      "one.rs": macro('std::env::var("FOO").is_ok()'),
      "all.rs": macro('std::env::vars().any(|(name, _)| name == "FOO")'),
      "m.rs": 'fn main() { println!("{}", pm::z!()) }\n',
    });
    let calls = 0;
    for (const [name, missesOfUnrelated] of [
      ["one", 0],
      ["all", 1],
    ] as const) {
      const line = `m.rs --crate-name m --edition 2021 --extern pm=libpm.so`;
      expect(await compile(box, `${name}.rs --crate-name pm --crate-type proc-macro -o libpm.so`)).toMatchObject({
        exitCode: 0,
      });
      const results: string[] = [];
      for (const variables of [{}, { FOO: "1" }, {}]) {
        expect(await compile(box, line, variables)).toMatchObject({ exitCode: 0 });
        results.push(await said(box, "m"));
      }
      expect([name, results]).toEqual([name, ["false", "true", "false"]]);
      calls += 4;
      await box.settled(calls);
      const before = await counts(box);
      await compile(box, line, { UNRELATED: "1" });
      calls += 1;
      await box.settled(calls);
      expect((await counts(box)).misses - before.misses).toBe(missesOfUnrelated);
    }
  });

  test("fails where it may not write, and is asked where its linker decides", async () => {
    await using box = sandbox();
    box.tree.write({ "m.rs": "fn main() {}\n" });
    const line = "m.rs --crate-name m";
    expect(await compile(box, line)).toMatchObject({ exitCode: 0 });
    await box.settled(1);
    rmSync(box.tree.at("m"));
    expect(await compile(box, line)).toMatchObject({ exitCode: 0 });
    expect(await counts(box)).toEqual({ hits: 1, misses: 1 });
    await run(["chmod", "444", box.tree.at("m")], { env: box.env });
    const alone = await run([RUSTC, ...line.split(" ")], { cwd: box.tree.path, env: box.env });
    expect(alone.exitCode).toBe(1);
    expect(await compile(box, line)).toMatchObject({ exitCode: 1, stderr: alone.stderr });
  });
});
