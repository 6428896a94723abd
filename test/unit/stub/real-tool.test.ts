// The stub finds the real tool by the rules of src/sys/real-tool.ts: both look for it on the same random PATHs.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { COMMAND_NAMES } from "../../../src/cli/command-names.ts";
import type { RawText } from "../../../src/core/raw-text.ts";
import { compileStub } from "../../../src/stub/compile.ts";
import { injectStub } from "../../../src/stub/inject.ts";
import { resolveRealTool, toolOf } from "../../../src/sys/real-tool.ts";
import { fileTree } from "../../support/file-tree.ts";
import { random } from "../../support/random.ts";

setDefaultTimeout(600_000);

const CALLS = 400;

// Behind the stub it is what a call is left to; on PATH it is a tool like others.
const BUNDLED = `const { argv0, argv } = process;
if (!argv0.includes("/bundled/")) process.exit(99);
await Bun.write(Bun.stdout, [argv0, ...argv.slice(2), ""].join("\\0"));
`;

// What can stand at `<directory>/gcc`.
const PLACES: Record<string, (path: string) => void> = {
  tool: (path) => program(path),
  other: (path) => program(path),
  linked: (path) => symlinkSync(tree.at("tool/gcc"), path),
  dangling: (path) => symlinkSync(tree.at("nowhere"), path),
  loop: (path) => symlinkSync(path, path),
  plain: (path) => program(path, 0o644),
  directory: (path) => mkdirSync(path),
  empty: () => {},
  stand: (path) => symlinkSync(tree.at("zcc"), path),
  hard: (path) => linkSync(tree.at("zcc"), path),
  // Also told from a program that only the bundler made, by the name of its first module.
  copy: (path) => copyFileSync(tree.at("programs/zccache"), path),
  bundled: (path) => copyFileSync(tree.at("programs/bundled"), path),
  // Large, and neither of them.
  large: (path) => program(path, 0o755, 30_000_000),
};

const tree = fileTree({ "a.ts": BUNDLED });
afterAll(() => tree[Symbol.dispose]());

beforeAll(() => {
  for (const name of ["zccache", "bundled"]) {
    const command = ["build", "--compile", tree.at("a.ts"), "--outfile", tree.at(`programs/${name}`)];
    const { status, stderr } = spawnSync(process.execPath, command, { cwd: tree.path, encoding: "utf8" });
    if (status !== 0) throw new Error(`Cannot compile the sample: ${stderr}`);
  }
  tree.write({ zcc: injectStub(readFileSync(tree.at("programs/bundled")), compileStub(COMMAND_NAMES)) });
  chmodSync(tree.at("zcc"), 0o755);
  for (const [name, make] of Object.entries(PLACES)) {
    mkdirSync(tree.at(name));
    make(tree.at(`${name}/gcc`));
  }
});

test(`finds the tool that resolveRealTool() finds, over ${CALLS} random calls`, () => {
  const { below, pick } = random(7);
  const { dev, ino } = statSync(tree.at("zcc"), { bigint: true });
  const names = Object.keys(PLACES);
  const place = (): string => names[below(names.length)] ?? "";
  const ends = new Set<string>();
  for (let call = 0; call < CALLS; call++) {
    const cwd = tree.at(place());
    const element = (): string =>
      pick([tree.at(place()), tree.at(place()), `../${place()}`, "", ".", "/nowhere", `${cwd}//`]);
    const path = Array.from({ length: below(6) }, element).join(":");
    const named = pick(["gcc", "gcc", "gcc", `../${place()}/gcc`, `${tree.at(place())}/gcc`, "none", "./gcc", ""]);
    const argv = pick([
      ["gcc", "x"],
      [`${tree.at("stand")}/gcc`],
      ["zccache", named, "y"],
      ["/a/zccache", "wrap", named],
    ]);
    const { name, skip } = toolOf(argv);
    const { path: found } = resolveRealTool(name, { path, cwd, self: { device: dev, inode: ino } });
    const said = spawnSync(tree.at("zcc"), argv.slice(1), {
      argv0: argv[0] ?? "",
      cwd,
      env: { PATH: path, ZCCACHE_DISABLE: "1" },
      encoding: "latin1",
    });
    // What is behind the stub ends with 99: it is left to that where there is no tool.
    const expected: RawText = found === undefined ? "none" : [found, ...argv.slice(skip), ""].join("\0");
    expect([call, path, argv, said.status === 99 ? "none" : said.stdout]).toEqual([call, path, argv, expected]);
    ends.add(found === undefined ? "none" : found.slice(tree.path.length + 1).replace(/\/.*/, ""));
  }
  expect([...ends]).toEqual(expect.arrayContaining(["none", "tool", "other", "linked", "bundled", "large"]));
});

/** A program that tells where it was found and what it was given. */
function program(path: string, mode = 0o755, size = 100): void {
  writeFileSync(path, '#!/bin/sh\nprintf "%s\\0" "$0" "$@"; exit\n');
  truncateSync(path, size);
  chmodSync(path, mode);
}
