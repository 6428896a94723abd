// What a daemon has said that it makes, and then gave no answer that can be used: it is gone before the tool runs.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { CLIENTS } from "./clients.ts";
import type { Behaviour, Exchange } from "./fake-daemon.ts";
import { bytes, delivered, execOf, type Scene, scenesOf } from "./scene.ts";

setDefaultTimeout(600_000);

/** Says what it finds. */
const FINDS = '#!/bin/sh\nfor name in staged made; do test ! -e $name || echo "$name is there"; done; exit 6\n';
const clean = { exitCode: 6, stdout: "", stderr: "" };
const found = { exitCode: 6, stdout: "made is there\n", stderr: "" };

describe.each(CLIENTS)("%s client", (_name, binary) => {
  const open = (): Scene => scenesOf(binary)({ "tools/gcc": FINDS });
  const working = ({ tree }: Scene): WireMap => ({
    type: "Working",
    staged: bytes(tree.at("staged")),
    making: bytes(tree.at("made")),
  });
  /** Announces a file, puts it into place, and goes on like this. */
  const making =
    (scene: Scene, then: (exchange: Exchange) => void): Behaviour =>
    (exchange) => {
      if (exchange.message["type"] === "ExecDone") return exchange.reply({ type: "Released" });
      exchange.reply(working(scene));
      scene.tree.write({ staged: "x", made: "x" });
      then(exchange);
    };

  test.each<[string, (exchange: Exchange) => void]>([
    ["goes away", ({ hangUp }) => hangUp()],
    ["falls silent", () => {}],
    ["answers Error", ({ reply }) => reply({ type: "Error", message: "no" })],
    ["sends garbage", ({ raw }) => raw("\x08\0\0\0garbage!")],
    ["breaks off its answer", ({ raw, hangUp }) => [raw("\x40\0\0\0\xa1"), hangUp()]],
    ["sends half an answer and falls silent", ({ raw }) => raw("\x40\0\0\0\xa1")],
    ["speaks another protocol", ({ reply }) => reply({ ...delivered(0), v: 99 })],
    ["leaves a field out", ({ reply }) => reply({ type: "Delivered", exit_code: 0 })],
    ["goes on working and goes away", ({ reply, hangUp }) => [reply({ type: "Working" }), hangUp()]],
  ])("finds nothing of what a daemon makes that %s", async (_title, then) => {
    using scene = open();
    using _daemon = scene.daemon(making(scene, then));
    expect(await scene.run(["gcc", "-c", "a.c"])).toMatchObject(clean);
  });

  test("reads what a daemon makes even behind what it can't use", async () => {
    using scene = open();
    using _daemon = scene.daemon(({ raw }) => {
      scene.tree.write({ staged: "x", made: "x" });
      raw(Buffer.concat([encodeFrame({ type: "Sing" }), encodeFrame(working(scene))]));
    });
    expect(await scene.run(["gcc", "-c", "a.c"])).toMatchObject(clean);
  });

  test("reads what a daemon makes though it was stopped itself until it was too late", async () => {
    using scene = open();
    const child = { pid: 0 };
    using _daemon = scene.daemon(({ reply }) => {
      process.kill(child.pid, "SIGSTOP");
      setTimeout(() => {
        scene.tree.write({ staged: "x", made: "x" });
        reply(working(scene));
        process.kill(child.pid, "SIGCONT");
      }, 1500);
    });
    const client = spawn(scene.tree.at("shims/gcc"), ["-c", "a.c"], { cwd: scene.tree.path, env: scene.env });
    child.pid = client.pid ?? 0;
    let said = "";
    client.stdout.on("data", (piece) => {
      said += piece;
    });
    const exitCode = await new Promise((resolve) => client.once("close", resolve));
    expect([exitCode, said]).toEqual([6, ""]);
  });

  test.each<[string, (scene: Scene) => WireMap]>([
    ["Bypass", ({ tree }) => ({ type: "Bypass", path: bytes(tree.at("tools/gcc")), skip: 1, reason: "output-kind" })],
    ["Exec", ({ tree }) => execOf(tree.at("tools/gcc"))],
  ])("leaves alone what is there after %s: the daemon made nothing", async (_title, answer) => {
    using scene = open();
    const then = ({ reply }: Exchange): void => {
      rmSync(scene.tree.at("staged"));
      reply(answer(scene));
    };
    using _daemon = scene.daemon(making(scene, then));
    expect(await scene.run(["gcc", "-c", "a.c"])).toMatchObject(found);
  });

  test("leaves alone what was delivered, unless it can't say what the tool said", async () => {
    using scene = open();
    const then = ({ reply }: Exchange): void => {
      rmSync(scene.tree.at("staged"));
      reply(delivered(0, "said"));
    };
    using _daemon = scene.daemon(making(scene, then));
    expect(await scene.run(["gcc", "-c", "a.c"])).toMatchObject({ exitCode: 0, stdout: "said", stderr: "" });
    expect(existsSync(scene.tree.at("made"))).toBe(true);
    const full = openSync("/dev/full", "w");
    const client = spawn(scene.tree.at("shims/gcc"), ["-c", "a.c"], {
      cwd: scene.tree.path,
      env: scene.env,
      stdio: ["ignore", full, "ignore"],
    });
    expect(await new Promise((resolve) => client.once("close", resolve))).toBe(6);
    expect(existsSync(scene.tree.at("made"))).toBe(false);
  });

  test("does not run the tool over what it can't remove", async () => {
    using scene = open();
    using _daemon = scene.daemon(({ reply, hangUp }) => {
      mkdirSync(scene.tree.at("made"));
      reply(working(scene));
      hangUp();
    });
    const stderr = `zccache: cannot remove the unfinished "${scene.tree.at("made")}"\n`;
    expect(await scene.run(["gcc", "-c", "a.c"])).toMatchObject({ exitCode: 1, stdout: "", stderr });
  });

  test.each<[string, WireMap]>([
    ["a relative place", { making: bytes("made") }],
    ["no staged file", { staged: undefined }],
    ["a place that is a text", { making: "/made" }],
    ["a place with a NUL", { making: bytes("/made\0x") }],
  ])("can't use %s", async (_title, more) => {
    using scene = open();
    using _daemon = scene.daemon(({ reply }) => {
      reply({ ...working(scene), ...more });
      reply(delivered(0));
    });
    expect(await scene.run(["gcc", "-c", "a.c"])).toMatchObject(clean);
  });
});
