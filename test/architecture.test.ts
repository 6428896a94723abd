// The shape of the source tree: which folder may import which, what a client process may load, how long files are.

import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { repository } from "./support/built-binary.ts";

/** Folder of src/ (`main` is main.ts) and those it may import, itself aside. docs/architecture.md shows the same. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  sys: ["core"],
  tracer: ["core", "sys"],
  broker: ["core", "sys", "ipc"],
  client: ["core", "sys", "ipc", "broker"],
  ipc: ["core", "sys"],
  compilers: ["core"],
  watch: ["core", "sys"],
  key: ["core", "sys", "watch"],
  store: ["core", "sys"],
  deliver: ["core", "sys", "watch"],
  workers: ["core", "sys", "tracer", "key", "store", "deliver"],
  stub: ["core", "ipc"],
  shim: ["core", "sys", "ipc", "broker"],
  daemon: ["core", "sys", "tracer", "ipc", "broker", "compilers", "watch", "key", "store", "deliver", "workers"],
  cli: ["core", "sys", "ipc", "broker", "shim", "client"],
  main: ["shim", "cli", "daemon"],
};

const TOP_LEVEL = [
  ".biome.json",
  ".ci",
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "build.ts",
  "bunfig.toml",
  "docs",
  "package-lock.json",
  "package.json",
  "src",
  "test",
  "tsconfig.json",
];

// A compile starts a client each time; these cost it 0.7 to 9 ms (zod 3, cbor-x's root 5, node:net 5, picocolors 9).
const TOO_DEAR_FOR_CLIENTS = /^(zod|zod\/.*|@bufbuild\/.*|cbor-x|picocolors|commander|fast-glob|node:net)$/;

const SOURCES = [...new Bun.Glob("**/*.ts").scanSync({ cwd: join(repository, "src") })]
  .filter((file) => !file.endsWith(".d.ts"))
  .sort();

describe("src/", () => {
  test.each(SOURCES)("%s imports only the layers below its own", (file) => {
    const from = layerOf(file);
    const allowed = LAYERS[from];
    expect(allowed, `no layer "${from}" in the table`).toBeDefined();
    const edges = importsOf(file)
      .filter(isRelative)
      .map((target) => layerOf(resolveImport(file, target)));
    const outside = edges.filter((to) => to !== from && to !== ".." && allowed?.includes(to) !== true);
    expect(outside).toEqual([]);
  });

  test("a client process loads nothing that is slow to start and does not touch process.stdout", () => {
    const roots = SOURCES.filter((file) => file === "main.ts" || file.startsWith("shim/"));
    expect(roots).toContain("main.ts");
    const loaded = staticClosure(roots);
    const slow = loaded.flatMap((file) =>
      importsOf(file, "static")
        .filter((target) => TOO_DEAR_FOR_CLIENTS.test(target))
        .map((target) => `${file} → ${target}`),
    );
    expect(slow).toEqual([]);
    // The lane to a shared broker is loaded where a variable asks for it.
    expect(loaded.filter((file) => file.startsWith("broker/"))).toEqual(["broker/connect-daemon.ts"]);
    expect(loaded.filter((file) => withoutComments(file).includes("process.stdout"))).toEqual([]);
  });

  test("files stay short: 300 lines, 600 for tables and C", () => {
    const native = [...new Bun.Glob("**/*.{c,h}").scanSync({ cwd: join(repository, "src") })];
    const long = [...SOURCES, ...native].filter(
      (file) => lineCount(file) > (/\/tables\/|\.[ch]$/.test(file) ? 600 : 300),
    );
    expect(long).toEqual([]);
  });
});

test("the top level holds only what belongs there", () => {
  const { stdout, status } = spawnSync("git", ["ls-files"], { cwd: repository, encoding: "utf8" });
  expect(status).toBe(0);
  const names = new Set(
    stdout
      .split("\n")
      .filter((path) => path !== "")
      .map((path) => path.split("/")[0]),
  );
  expect([...names].filter((name) => name !== undefined && !TOP_LEVEL.includes(name))).toEqual([]);
});

/** First folder of a path below src/; `..` for what lies outside, as package.json does. */
function layerOf(file: string): string {
  const slash = file.indexOf("/");
  return slash < 0 ? file.replace(/\.ts$/, "") : file.slice(0, slash);
}

function resolveImport(file: string, target: string): string {
  return normalize(join(dirname(file), target));
}

function isRelative(target: string): boolean {
  return target.startsWith(".");
}

/** Files that are loaded at once with `roots`: what a dynamic import names comes later and is not among them. */
function staticClosure(roots: readonly string[]): string[] {
  const found = new Set<string>();
  const queue = [...roots];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (found.has(file) || !file.endsWith(".ts")) continue;
    found.add(file);
    const here = file;
    queue.push(
      ...importsOf(file, "static")
        .filter(isRelative)
        .map((target) => resolveImport(here, target)),
    );
  }
  return [...found].filter((file) => !file.startsWith(".."));
}

/**
 * What a file imports, by reading its text: a scanner would drop the type-only imports, which are edges too. `static`
 * leaves out types and dynamic imports, which load nothing at start.
 */
function importsOf(file: string, which: "all" | "static" = "all"): string[] {
  const text = withoutComments(file);
  const statements = [...text.matchAll(/^(?:import|export)\b([\w$*{},\s]*)"([^"]+)"/gm)]
    .filter(([, clause = ""]) => which === "all" || !/^\s*type\b/.test(clause))
    .map(([, , target = ""]) => target);
  const dynamic = which === "all" ? [...text.matchAll(/\bimport\(\s*"([^"]+)"/g)].map(([, target = ""]) => target) : [];
  return [...statements, ...dynamic];
}

function withoutComments(file: string): string {
  const text = readFileSync(join(repository, "src", file), "utf8");
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/^\s*\/\/.*$/gm, "");
}

function lineCount(file: string): number {
  return readFileSync(join(repository, "src", file), "utf8").split("\n").length - 1;
}
