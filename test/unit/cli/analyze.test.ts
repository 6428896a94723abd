import { describe, expect, test } from "bun:test";
import { interpret } from "../../../src/cli/run.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

const call = (fields: Record<string, unknown>) => JSON.stringify({ compiler: "/usr/bin/gcc", args: [], ...fields });

const JOURNAL = [
  call({ outcome: "hit", latency_ns: 2e6, args: ["-c", "a.c", "-o", "out/a.o"], session_id: "s1" }),
  call({ outcome: "miss", latency_ns: 900e6, args: ["-c", "b.c", "-o", "b.o"], session_id: "s1", of_later: [1] }),
  call({ outcome: "miss", latency_ns: 3000e6, compiler: "/x/rustc", crate_name: "serde", output_ext: "rlib" }),
  call({ outcome: "hit", latency_ns: 5e6, compiler: "rustc", crate_name: "serde", output_ext: "rlib" }),
  call({ outcome: "error", latency_ns: 10e6 }),
  call({ outcome: "cached_error", latency_ns: 1e6 }),
  call({ outcome: "link_hit", latency_ns: 4e6, compiler: "/usr/bin/ld", args: ["-o", "app"] }),
  call({ outcome: "link_miss", latency_ns: 40e6, compiler: "/usr/bin/ld", output_ext: "so" }),
  "",
  "no JSON",
  '{"outcome":"hit"',
  '{"ts":1}',
].join("\n");

async function analyze(tree: TemporaryTree, ...flags: string[]) {
  const { exitCode, stdout, stderr } = await interpret(["analyze", tree.at("j.jsonl"), ...flags], surroundings(tree));
  expect([exitCode, stderr]).toEqual([0, ""]);
  return stdout;
}

describe("analyze", () => {
  test("--json has every figure of a journal, and counts what it could not read", async () => {
    using tree = fileTree({ "j.jsonl": JOURNAL });
    expect(JSON.parse(await analyze(tree, "--json", "--top", "2"))).toEqual({
      status: "ok",
      schema_version: 1,
      journal_path: tree.at("j.jsonl"),
      line_count: 11,
      parsed_count: 8,
      compile_count: 6,
      link_count: 2,
      hit_count: 2,
      miss_count: 2,
      error_count: 2,
      link_hit_count: 1,
      link_miss_count: 1,
      hit_rate: 0.5,
      total_latency_ms: 3962,
      by_extension: { o: 2, rlib: 2, so: 1 },
      by_tool_total_ms: { gcc: 913, ld: 44, rustc: 3005 },
      by_tool_calls: { gcc: 4, ld: 2, rustc: 2 },
      top_slowest: [
        { tool: "rustc", outcome: "miss", crate: "serde", latency_ms: 3000 },
        { tool: "gcc", outcome: "miss", crate: null, latency_ms: 900 },
      ],
      top_miss_crates: [{ crate: "serde", misses: 1 }],
    });
  });
  test.each([
    [["--session", "s1"], 2, [900, 2]],
    [["--crate", "serde"], 2, [3000, 5]],
    [["--outcome", "hit"], 2, [5, 4, 2]],
    [["--outcome", "miss"], 2, [3000, 900, 40]],
    [["--outcome", "non-cacheable"], 2, [10, 1]],
    [["--sort", "hits"], 6, [5, 4, 2]],
    [["--sort", "misses", "--top", "1"], 6, [3000]],
  ])("%p keeps %d compiles and lists %p", async (flags, compiles, slowest) => {
    using tree = fileTree({ "j.jsonl": JOURNAL });
    const summary = JSON.parse(await analyze(tree, "--json", ...flags));
    expect(summary.compile_count).toBe(compiles);
    expect(summary.top_slowest.map((one: { latency_ms: number }) => one.latency_ms)).toEqual(slowest);
  });
  test("is a page for people", async () => {
    using tree = fileTree({ "j.jsonl": JOURNAL });
    const said = await analyze(tree);
    for (const part of ["hit rate  50.0 %", "3.0 s, 2 calls", "slowest\n  3.0 s  miss  rustc  serde\n"]) {
      expect(said).toContain(part);
    }
  });
  test("of an empty journal has no rate, and of none says so with 0", async () => {
    using tree = fileTree({ "j.jsonl": "" });
    expect(JSON.parse(await analyze(tree, "--json"))).toMatchObject({ line_count: 0, hit_rate: null, top_slowest: [] });
    using none = fileTree();
    expect(await analyze(none)).toBe(`There is no journal "${none.at("j.jsonl")}".\n`);
    expect(JSON.parse(await analyze(none, "--json"))).toEqual({ status: "missing", journal_path: none.at("j.jsonl") });
  });
  test.each([
    ["--sort", "colour"],
    ["--outcome", "luck"],
    ["--top", "many"],
  ])("%s %s is a usage error", async (flag, value) => {
    using tree = fileTree({ "j.jsonl": "" });
    const result = await interpret(["analyze", tree.at("j.jsonl"), flag, value], surroundings(tree));
    expect([result.exitCode, result.stdout]).toEqual([2, ""]);
    expect(result.stderr).toContain(`"${value}"`);
  });
});
