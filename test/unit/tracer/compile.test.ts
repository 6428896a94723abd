import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ZccacheError } from "../../../src/core/errors.ts";
import { compileTracer } from "../../../src/tracer/compile.ts";
import { fileTree } from "../../support/file-tree.ts";

test("compileTracer() gives equal bytes from equal sources in another place", async () => {
  using tree = fileTree({ "deep/below/core/.keep": "" });
  const source = join(import.meta.dirname, "../../../src");
  cpSync(join(source, "tracer"), tree.at("deep/below/tracer"), { recursive: true });
  cpSync(join(source, "core"), tree.at("deep/below/core"), { recursive: true });
  const copy: typeof import("../../../src/tracer/compile.ts") = await import(tree.at("deep/below/tracer/compile.ts"));
  compileTracer(tree.at("one.so"));
  copy.compileTracer(tree.at("deep/another-name.so"));
  expect(readFileSync(tree.at("deep/another-name.so")).equals(tree.read("one.so"))).toBe(true);
}, 600_000);

test("compileTracer() needs four symbols of libc, none with a version, and libdl for old glibc", () => {
  using tree = fileTree();
  compileTracer(tree.at("t.so"));
  const symbols = spawnSync("nm", ["-D", tree.at("t.so")], { encoding: "utf8" }).stdout;
  const wanted = symbols.split("\n").filter((line) => /^ {17}[Uwv] /.test(line));
  expect(wanted.map((line) => line.trim().slice(2)).sort()).toEqual([
    "__errno_location",
    "dl_iterate_phdr",
    "dlsym",
    "environ",
  ]);
  const needed = spawnSync("readelf", ["-d", tree.at("t.so")], { encoding: "utf8" }).stdout.match(/NEEDED.*/g);
  expect(needed?.map((line) => /\[(.*)\]/.exec(line)?.[1])).toEqual(["libdl.so.2"]);
}, 600_000);

test("compileTracer() meets no warning of the compiler", () => {
  using tree = fileTree();
  expect(() => compileTracer(tree.at("t.so"), ["-Werror"])).not.toThrow();
}, 600_000);

test("compileTracer() throws with the compiler's words when it refuses", () => {
  using tree = fileTree();
  const compiling = (): void => compileTracer(tree.at("t.so"), ["-Dopen=+"]);
  expect(compiling).toThrow(ZccacheError);
  expect(compiling).toThrow(/Cannot compile the tracer: .*error/s);
}, 600_000);
