// Both clients call a tool by the name of src/sys/called-as.ts and with the PATH that belongs to it, whether the daemon
// has named the tool or nobody has.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, cpSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { argumentZero, pathPastStandIns } from "../../../src/sys/called-as.ts";
import { resolveRealTool, toolOf } from "../../../src/sys/real-tool.ts";
import { TemporaryTree } from "../../support/file-tree.ts";
import { type Random, random } from "../../support/random.ts";
import { type Environment, mustRun } from "../../support/run.ts";
import { CLIENTS } from "../client/clients.ts";
import { FakeDaemon } from "../client/fake-daemon.ts";
import { bytes, execOf } from "../client/scene.ts";

setDefaultTimeout(600_000);

// Says what it was called and which PATH it got.
const TELLS = `#include <stdio.h>
#include <stdlib.h>
int main(int count, char **argv) {
  const char *path = getenv("PATH");
  printf("%s|%d|%s", argv[0], count, path ? path : "none");
  return 6;
}
`;

const NAMES = ["ar", "llvm-ar-14", "ld.lld", "gcc-ar", "gcc", "x86_64-linux-gnu-strip", "nm", "ar-"] as const;
const CALLS = 60;

const TOOLS =
  "addr2line ar as c++filt gold ld ld.bfd ld.gold ld.lld ld.mold ld64.lld lld mold nm objcopy objdump ranlib";
const KNOWN = [
  ...`${TOOLS} readelf size strings strip`.split(" "),
  ..."wasm-ld llvm-ar-14 arm-none-eabi-ld.bfd-2.40 my-gcc-x-ar mygcc-ar ar-1. -ar --nm".split(" "),
  ..."gcc-ar x-gcc-nm-12 gcc emar tar x-gar ar-x ar- ar-.1 ar.1 ld.so ld.bfdx l a-r - as14 strip_ clang-14".split(" "),
];

/** A call of a tool, and where it is made. */
type Call = { readonly argv: readonly string[]; readonly path: string; readonly cwd: string };

describe.each(CLIENTS)("%s client", (client, binary) => {
  const tree = new TemporaryTree();
  afterAll(() => tree[Symbol.dispose]());

  beforeAll(async () => {
    tree.write({ "tells.c": TELLS });
    await mustRun(["gcc", "-o", tree.at("tells"), tree.at("tells.c")]);
    for (const directory of ["shims", "more", "real", "other", "empty"]) mkdirSync(tree.at(directory));
    for (const name of NAMES) {
      for (const directory of ["shims", "more"]) symlinkSync(binary, tree.at(`${directory}/${name}`));
      for (const directory of ["real", "other"]) cpSync(tree.at("tells"), tree.at(`${directory}/${name}`));
    }
  });

  /** The tool of a call, and what it says if it is called by the rules. */
  function expected({ argv, path, cwd }: Call): { tool: string; skip: number; says: string } {
    const { dev, ino } = statSync(binary, { bigint: true });
    const search = { path, cwd, self: { device: dev, inode: ino } };
    const { name, skip } = toolOf(argv);
    const tool = resolveRealTool(name, search)?.path;
    if (tool === undefined) throw new Error(`Cannot find ${name} on ${path}`);
    const zero = argumentZero({ called: argv[skip - 1], path: tool }, search);
    const seen = zero.includes("/") ? path : pathPastStandIns(zero, tool, search);
    return { tool, skip, says: `${zero}|${argv.length - skip + 1}|${seen}` };
  }

  async function say({ argv: [zero = "", ...args], path, cwd }: Call, more: Environment): Promise<string> {
    const env = { PATH: path, ZCCACHE_NO_SPAWN: "1", ZCCACHE_ENDPOINT: tree.at("daemon.sock"), ...more };
    const child = Bun.spawn([binary, ...args], { argv0: zero, cwd, env, stdout: "pipe", stderr: "inherit" });
    return await new Response(child.stdout).text();
  }

  const tellers: [string, Environment, (tool: string, skip: number) => WireMap][] = [
    ["nobody", { ZCCACHE_DISABLE: "1" }, () => ({})],
    ["Bypass", {}, (tool, skip) => ({ type: "Bypass", path: bytes(tool), skip, reason: "link" })],
    ["Exec", {}, (tool, skip) => execOf(tool, { skip })],
  ];

  test.each(tellers)("calls tools by the rules, told by %s", async (teller, env, answerFor) => {
    const choice = random(11);
    let answer: WireMap = {};
    using daemon = new FakeDaemon(tree.at("daemon.sock"), ({ message, reply }) =>
      reply(message["type"] === "Invoke" ? answer : { type: "Released" }),
    );
    const heard: { says: string; path: string }[] = [];
    for (let number = 0; number < CALLS; number++) {
      const call = randomCall(choice, tree);
      const { tool, skip, says } = expected(call);
      answer = answerFor(tool, skip);
      expect([number, call, await say(call, env)]).toEqual([number, call, says]);
      heard.push({ says, path: call.path });
    }
    expect(daemon.all("Invoke").length).toBe(teller === "nobody" ? 0 : CALLS);
    const paths = heard.filter(({ says }) => says.startsWith("/")).length;
    expect([paths, CALLS - paths].every((count) => count > 10)).toBeTrue();
    expect(heard.filter(({ says, path }) => !says.endsWith(`|${path}`)).length).toBeGreaterThan(5);
  });

  test("knows the names that argumentZero() knows", async () => {
    for (const name of KNOWN) {
      cpSync(tree.at("tells"), tree.at(`names/${name}`));
      const zero = argumentZero({ called: name, path: tree.at(`names/${name}`) }, { path: tree.at("names"), cwd: "/" });
      const said = await say({ argv: [name], path: tree.at("names"), cwd: "/" }, { ZCCACHE_DISABLE: "1" });
      expect([name, said]).toEqual([name, `${zero}|1|${tree.at("names")}`]);
    }
  });

  test("a tool that is a script without an interpreter line is read by the shell, under any name", async () => {
    tree.write({ "script/strip": 'echo "$0 $1"\n' });
    chmodSync(tree.at("script/strip"), 0o755);
    symlinkSync(binary, tree.at("shims/strip"));
    const path = `${tree.at("shims")}:${tree.at("script")}`;
    const said = await say({ argv: ["strip", "x"], path, cwd: tree.path }, { ZCCACHE_DISABLE: "1" });
    expect([client, said]).toEqual([client, `${tree.at("script/strip")} x\n`]);
  });

  test("where there is no PATH, names its absolute path", async () => {
    const env = { ZCCACHE_DISABLE: "1", ZCCACHE_NO_SPAWN: "1" };
    const child = Bun.spawn([binary, "ar", "t", "none.a"], { argv0: "zccache", cwd: tree.path, env, stderr: "pipe" });
    expect(await new Response(child.stderr).text()).toMatch(/^\/(usr\/)?bin\/ar: none\.a: No such file/);
  });
});

function randomCall({ below, pick }: Random, tree: TemporaryTree): Call {
  const element = () => pick([tree.at("shims"), tree.at("more"), tree.at("other"), "../real", "", "/nowhere", "."]);
  const name = pick(NAMES);
  const called = pick([name, name, `../real/${name}`, `${tree.at("shims")}/${name}`, `${tree.at("real")}/${name}`]);
  return {
    argv: pick([[called, "x"], [called], ["zccache", called, "y"], ["/a/zccache", "wrap", called]]),
    path: [...Array.from({ length: below(5) }, element), tree.at("real")].join(":"),
    cwd: tree.at(pick(["shims", "real", "empty"])),
  };
}
