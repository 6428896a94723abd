// The stub and the TypeScript client are one client in two languages: what a daemon says, well or badly, ends alike.
// test/integration/client/ runs on whichever the built executable has; here both are asked.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import { readRequest } from "../../../src/ipc/requests.ts";
import { builtBinary, repository } from "../../support/built-binary.ts";
import { mustRun } from "../../support/run.ts";
import type { Behaviour } from "../client/fake-daemon.ts";
import { bytes, clientScene, delivered, execOf, type Scene } from "../client/scene.ts";

setDefaultTimeout(120_000);

const other = mkdtempSync(join(tmpdir(), "zccache-no-stub-"));
const build = [process.execPath, join(repository, "build.ts"), "--no-stub", `--to=${other}`];
await mustRun(build, { cwd: repository });
afterAll(() => rmSync(other, { recursive: true, force: true }));

const CLIENTS: [string, string][] = [
  ["stub", builtBinary()],
  ["TypeScript", join(other, "zccache")],
];
const FUZZED = 300;

/** Runs the client in place of `gcc` with nothing else on the way. */
function call(scene: Scene, binary: string, args: readonly string[] = ["-c"]) {
  return scene.run(["/bin/bash", "-c", 'exec -a "$0" "$@"', scene.tree.at("shims/gcc"), binary, ...args]);
}

describe.each(CLIENTS)("%s client", (name, binary) => {
  test("sends a request that the daemon takes, with the caller's own blocks", async () => {
    using scene = clientScene();
    using daemon = scene.daemon(({ reply }) => reply(delivered(3, "out", "err")));
    expect(await call(scene, binary, ["", "é"])).toMatchObject({ exitCode: 3, stdout: "out", stderr: "err" });
    const read = readRequest(daemon.first("Invoke"));
    expect(read.kind).toBe("request");
    expect(daemon.messages.length).toBe(1);
    const argv = Buffer.from(`${scene.tree.at("shims/gcc")}\0-c\0`.replace("-c", "\0é"));
    expect(daemon.first("Invoke")["argv"]).toEqual(argv);
  });

  test("takes a megabyte of arguments and answers of several", async () => {
    using scene = clientScene();
    const args = Array.from({ length: 10 }, (_, i) => String(i).repeat(100_000));
    const out = "o".repeat(3_000_000);
    using daemon = scene.daemon(({ reply }) => reply(delivered(0, out, "e")));
    const result = await call(scene, binary, args);
    expect([result.exitCode, result.stdout === out, result.stderr]).toEqual([0, true, "e"]);
    expect((daemon.first("Invoke")["argv"] as Uint8Array).length).toBeGreaterThan(1_000_000);
  });

  test("goes on when its reader has gone, with the tool's exit code", async () => {
    using scene = clientScene();
    using _daemon = scene.daemon(({ reply }) => reply(delivered(5, "o".repeat(1_000_000))));
    const line = `(sleep 0.3; exec -a gcc "${binary}"; echo $? >code) | true; cat code`;
    const result = await scene.run(["/bin/bash", "-c", line.replace("exec -a gcc", "bash -c 'exec -a gcc \"$0\"'")]);
    expect(result.stdout).toBe("5\n");
  });

  test(`after ${FUZZED} damaged answers the tool's result comes out, or the one that is still whole`, async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\necho real; exit 6\n" });
    const random = generator(name.length);
    const answers = [
      execOf(scene.tree.at("tools/gcc"), { set_env: [[bytes("A"), bytes("b")]] }),
      { type: "Bypass", path: bytes(scene.tree.at("tools/gcc")), skip: 1, reason: "link" },
      { type: "Bypass", skip: 1, reason: "link" },
    ];
    let frame: Buffer = Buffer.alloc(0);
    const behave: Behaviour = ({ message, raw, reply, hangUp }) => {
      if (message["type"] !== "Invoke") return reply({ type: "Released" });
      raw(frame);
      hangUp();
    };
    using _daemon = scene.daemon(behave);
    for (let i = 0; i < FUZZED; i++) {
      frame = damaged(encodeFrame(answers[i % answers.length] ?? {}, 1), random);
      const { status, stdout, signal } = await spawned(scene, binary);
      expect([i, status, stdout, signal]).toEqual([i, 6, "real\n", null]);
    }
  });
});

test("a tool behind BUN_OPTIONS gets the variable, the runtime behind the stub does not", async () => {
  using scene = clientScene({ "tools/gcc": '#!/bin/sh\necho "$BUN_OPTIONS"\n', "trap.ts": "process.exit(99)\n" });
  const env = { ...scene.env, BUN_OPTIONS: `--preload=${scene.tree.at("trap.ts")}` };
  const expected = { exitCode: 0, stdout: `${env.BUN_OPTIONS}\n`, stderr: "" };
  expect(await scene.run([scene.tree.at("shims/gcc")], { env })).toMatchObject(expected);
  using daemon = scene.daemon(({ message, reply }) =>
    reply(message["type"] === "Invoke" ? execOf(scene.tree.at("tools/gcc")) : { type: "Released" }),
  );
  expect(await scene.run([scene.tree.at("shims/gcc")], { env })).toMatchObject(expected);
  expect(daemon.all("ExecDone").length).toBe(1);
});

test("both executables are what they should be", () => {
  const headers = CLIENTS.map(([, binary]) => spawnSync("readelf", ["-lW", binary], { encoding: "utf8" }).stdout);
  expect(headers.map((text) => text.includes("INTERP"))).toEqual([false, true]);
});

async function spawned(scene: Scene, binary: string) {
  const child = Bun.spawn([binary, "-c"], {
    argv0: "gcc",
    env: scene.env,
    cwd: scene.tree.path,
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 20_000,
  });
  const stdout = await child.stdout.text();
  return { status: await child.exited, stdout, signal: child.signalCode };
}

/** Whole numbers below a bound, the same ones each time (xorshift32). */
function generator(seed: number): (below: number) => number {
  let state = 0x9e3779b9 ^ seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Some bytes of the payload's structure changed, or its end cut off; never the path of the tool itself. */
function damaged(frame: Buffer, random: (below: number) => number): Buffer {
  const changed = Buffer.from(frame);
  const path = changed.indexOf("/tmp");
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(changed.length);
    if (path >= 0 && at >= path && at < path + 80) continue;
    changed[at] = random(256);
  }
  return random(4) === 0 ? changed.subarray(0, random(changed.length)) : changed;
}
