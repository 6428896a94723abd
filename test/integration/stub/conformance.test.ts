// The stub and the TypeScript client are one client in two languages: they do the same with every answer.
// test/integration/client/ runs on both as well, and goes deeper.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { CLIENTS } from "../client/clients.ts";
import type { Behaviour } from "../client/fake-daemon.ts";
import { bytes, clientScene, delivered, execOf, scenesOf } from "../client/scene.ts";
import { SharedScene } from "./both-clients.ts";

setDefaultTimeout(600_000);

const shared = new SharedScene();
const { scene } = shared;

beforeAll(() => shared.prepare());

afterAll(() => shared[Symbol.dispose]());

describe("both clients do the same with", () => {
  const other = () => bytes(scene.tree.at("other/gcc"));
  const spool = () => bytes(scene.tree.at("cache/spool"));
  const noted = (name: string, args: string) => ({
    exitCode: 6,
    stdout: `${scene.tree.at(name)}|${args}`,
    stderr: "[]",
  });
  const real = () => noted("tools/gcc", "-c|a b.c|");
  const ran = (args = "-c|a b.c|", given = "") => ({ ...noted("other/gcc", args), stderr: `[${given}]` });
  const exec = (more: WireMap = {}) => ({ ...execOf(""), path: other(), ...more });
  const said = (exitCode: number, stdout = "", stderr = "") => ({ exitCode, stdout, stderr });
  type Case = [string, () => WireMap, () => { exitCode: number; stdout: string; stderr: string }];
  const cases: Case[] = [
    ["Delivered", () => delivered(3, "out", "err"), () => said(3, "out", "err")],
    ["Delivered without output", () => delivered(0), () => said(0)],
    ["Delivered, merged", () => ({ ...delivered(1, "both"), merged: true }), () => said(1, "both")],
    ["Delivered with keys to come", () => ({ ...delivered(4), later: [{ a: 1 }] }), () => said(4)],
    ["Delivered with a code above a byte", () => delivered(256 + 7), () => said(7)],
    ["Delivered with a code below zero", () => delivered(-1), () => said(255)],
    ["Delivered with a code of 33 bits", () => delivered(2 ** 32), real],
    ["Delivered with a text as stream", () => ({ ...delivered(0), stdout: "text" }), real],
    ["Delivered without merged", () => ({ ...delivered(0), merged: undefined }), real],
    ["Delivered to another question", () => ({ ...delivered(0), id: 7 }), real],
    ["Exec", exec, ran],
    ["Exec with a job of 53 bits", () => exec({ job: 2 ** 53 - 1 }), ran],
    ["Exec with a variable", () => exec({ set_env: [[bytes("GIVEN"), bytes("new")]] }), () => ran(undefined, "new")],
    [
      "Exec with the same one twice",
      () => exec({ set_env: [pair("GIVEN", "1"), pair("GIVEN", "2")] }),
      () => ran(undefined, "2"),
    ],
    ["Exec without the list of variables", () => exec({ set_env: undefined }), ran],
    ["Exec with null for it", () => exec({ set_env: null }), ran],
    ["Exec with 100 variables", () => exec({ set_env: Array.from({ length: 100 }, (_, n) => pair(`V${n}`, "")) }), ran],
    ["Exec that skips two", () => exec({ skip: 2 }), () => ran("a b.c|")],
    ["Exec that skips all", () => exec({ skip: 3 }), () => ran("")],
    ["Exec that skips more than there is", () => exec({ skip: 4 }), real],
    [
      "Exec with an input of its own",
      () => exec({ stdin_file: bytes(scene.tree.at("input")) }),
      () => ({ ...ran(), stdout: `${ran().stdout}from a file` }),
    ],
    ["Exec with an input that is not there", () => exec({ stdin_file: bytes("/nonexistent") }), real],
    ["Exec of a tool that is not there", () => exec({ path: bytes("/nonexistent") }), real],
    ["Exec of a relative path", () => exec({ path: bytes("other/gcc") }), real],
    ["Exec of a path with a NUL", () => exec({ path: bytes(`${scene.tree.at("other/gcc")}\0x`) }), real],
    ["Exec of no path", () => exec({ path: bytes("") }), real],
    ["Exec with a nameless variable", () => exec({ set_env: [pair("", "x")] }), real],
    ["Exec with a variable named A=B", () => exec({ set_env: [pair("A=B", "x")] }), real],
    ["Exec with a NUL in a variable", () => exec({ set_env: [pair("A", "x\0y")] }), real],
    ["Exec with a triple for a variable", () => exec({ set_env: [[bytes("A"), bytes("b"), bytes("c")]] }), real],
    ["Exec with a job below zero", () => exec({ job: -1 }), real],
    ["Bypass", () => ({ type: "Bypass", path: other(), skip: 1, reason: "link" }), ran],
    [
      "Bypass of a tool that is not there",
      () => ({ type: "Bypass", path: bytes("/no/gcc"), skip: 1, reason: "" }),
      real,
    ],
    ["Bypass without a path", () => ({ type: "Bypass", skip: 1, reason: "tool-missing" }), real],
    ["Bypass with null for it", () => ({ type: "Bypass", path: null, skip: 1, reason: "" }), real],
    ["Bypass of a relative path", () => ({ type: "Bypass", path: bytes("other/gcc"), skip: 1, reason: "" }), real],
    ["Bypass that skips more than there is", () => ({ type: "Bypass", path: other(), skip: 9, reason: "" }), real],
    ["Bypass without a reason", () => ({ type: "Bypass", path: other(), skip: 1 }), real],
    ["NeedStdin again and again", () => ({ type: "NeedStdin", path: spool() }), real],
    ["Error", () => ({ type: "Error", message: "no" }), real],
    ["Error of another protocol", () => ({ type: "Error", message: "no", v: 99 }), real],
    ["Released", () => ({ type: "Released" }), real],
    ["Pong", () => ({ type: "Pong" }), real],
    ["a word that is not known", () => ({ type: "Sing" }), real],
  ];

  for (const signs of [0, 2]) {
    test.each(cases)(`%s, after ${signs} signs of life`, async (_title, answer, expected) => {
      scene.tree.write({ input: "from a file" });
      const behave: Behaviour = ({ message, reply }) => {
        if (message["type"] === "ExecDone") return reply({ type: "Released" });
        rmSync(scene.tree.at("cache/spool"), { force: true });
        for (let sign = 0; sign < signs; sign++) reply({ type: "Working" });
        return reply({ ...answer() });
      };
      const { sent, results } = await shared.both(behave, async () => {
        const { exitCode, stdout, stderr } = await scene.run(["gcc", "-c", "a b.c"]);
        return { exitCode, stdout, stderr };
      });
      expect(results).toEqual([expected(), expected()]);
      // One client each has dealt with it: none has left it to the other.
      const asked = answer()["type"] === "NeedStdin" ? 2 : 1;
      expect(sent.map((daemon) => daemon.all("Invoke").length)).toEqual([asked, asked]);
    });
  }

  test.each(CLIENTS)("every exit code of a Delivered and of a tool (X1): %s", async (_name, binary) => {
    shared.use(binary);
    scene.tools({ "other/exits": '#!/bin/sh\nexit "$1"\n' });
    using _daemon = scene.daemon(({ message, reply }) => {
      const [, way, code] = String(message["argv"] ?? "").split("\0");
      if (message["type"] === "ExecDone") reply({ type: "Released" });
      else if (way === "delivered") reply(delivered(Number(code)));
      else reply({ ...execOf(scene.tree.at("other/exits")), skip: 2 });
    });
    const line = "for c in $(seq 0 255); do for w in delivered run; do gcc $w $c; echo $w $c $?; done; done";
    const { stdout } = await scene.shell(line, { timeout: 100_000 });
    const wanted = Array.from({ length: 256 }, (_, code) => `delivered ${code} ${code}\nrun ${code} ${code}\n`);
    expect(stdout).toBe(wanted.join(""));
  });
});

describe.each(CLIENTS)("%s client", (_name, binary) => {
  const ownScene = scenesOf(binary);

  test("takes answers of several megabytes, however they are cut", async () => {
    using own = ownScene();
    const out = "o".repeat(3_000_000);
    using _daemon = own.daemon(({ reply }) => reply(delivered(0, out, "e")));
    const result = await own.run(["gcc"]);
    expect([result.exitCode, result.stdout === out, result.stderr]).toEqual([0, true, "e"]);
  });

  test("does not ask for a reader that has gone, and dies as a tool does by one that goes (X4)", async () => {
    using own = ownScene({ "tools/gcc": "#!/bin/sh\nexit 5\n" });
    using daemon = own.daemon(({ reply }) => reply(delivered(6, "o".repeat(1_000_000))));
    const gone = await own.run(["/bin/bash", "-c", "exec 3> >(true); wait $!; gcc >&3 3>&-; echo $? >code; cat code"]);
    expect([gone.stdout, daemon.messages.length]).toEqual(["5\n", 0]);
    const goes = await own.run(["/bin/bash", "-c", "(gcc; echo $? >code) | head -c 1; cat code"]);
    expect(goes.stdout).toBe("o141\n");
  });
});

test("a tool behind BUN_OPTIONS gets the variable, the runtime behind the stub does not", async () => {
  using own = clientScene({ "tools/gcc": '#!/bin/sh\necho "$BUN_OPTIONS"\n', "trap.ts": "process.exit(99)\n" });
  const env = { ...own.env, BUN_OPTIONS: `--preload=${own.tree.at("trap.ts")}` };
  const expected = { exitCode: 0, stdout: `${env.BUN_OPTIONS}\n`, stderr: "" };
  expect(await own.run([own.tree.at("shims/gcc")], { env })).toMatchObject(expected);
  using daemon = own.daemon(({ message, reply }) =>
    reply(message["type"] === "Invoke" ? execOf(own.tree.at("tools/gcc")) : { type: "Released" }),
  );
  expect(await own.run([own.tree.at("shims/gcc")], { env })).toMatchObject(expected);
  expect(daemon.all("ExecDone").length).toBe(1);
});

test("both executables are what they should be", () => {
  const headers = CLIENTS.map(([, binary]) => spawnSync("readelf", ["-lW", binary], { encoding: "utf8" }).stdout);
  expect(headers.map((text) => text.includes("INTERP"))).toEqual([false, true]);
});

function pair(name: string, value: string): [Buffer, Buffer] {
  return [bytes(name), bytes(value)];
}
