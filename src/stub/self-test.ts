// Does an executable with the stub in it still do everything? Asked by build.ts before the result gets its name: a
// runtime that is laid out in another way must make a slower zccache, never a broken one.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZccacheError } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import { decodePayload, encodeFrame } from "../ipc/codec.ts";
import { FrameReader } from "../ipc/frame-reader.ts";

const TIMEOUT_MS = 20_000;

/**
 * Runs the executable: a plain start, a compile twice through a daemon and its workers, and a call that the stub has to
 * answer alone.
 * @throws {ZccacheError} `IO` naming what failed.
 */
export async function testStub(executable: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "zccache-self-test-"));
  try {
    const scene = { executable, folder };
    startPlainly(scene);
    await answerAlone(scene);
    await compileTwice(scene);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Scene = { readonly executable: string; readonly folder: string };

function startPlainly(scene: Scene): void {
  expected(call(scene, ["--version"]).stdout.trim() === `zccache ${VERSION}`, "it does not tell its version");
}

/** A daemon that has workers, which are the runtime's own way to start a second program out of the executable. */
async function compileTwice(scene: Scene): Promise<void> {
  writeFileSync(join(scene.folder, "a.c"), "int a;\n");
  try {
    const compile = ["cc", "-c", "a.c", "-o", "a.o"];
    const ends = [compile, compile, ["status"]].map((args) => call(scene, args).status);
    expected(ends.join() === "0,0,0", `a compile ended with exit codes ${ends.join()}`);
  } finally {
    const [, pid] = /process (\d+)/.exec(call(scene, ["stop"]).stdout) ?? [];
    await ended(pid);
  }
}

/** The daemon writes the last line of its log after it has answered: the folder must not go before. */
async function ended(pid: string | undefined): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (pid !== undefined && existsSync(`/proc/${pid}`) && performance.now() < deadline) await Bun.sleep(10);
}

/** The dynamic loader is in every process that has started the runtime, and never in one that the stub has answered. */
async function answerAlone({ executable, folder }: Scene): Promise<void> {
  symlinkSync(executable, join(folder, "gcc"));
  const endpoint = join(folder, "sock");
  let loaded: boolean | undefined;
  const reader = new FrameReader();
  using _listener = Bun.listen({
    unix: endpoint,
    socket: {
      data(socket, piece) {
        reader.push(Uint8Array.from(piece));
        const payload = reader.next();
        if (payload === undefined) return;
        const { id } = decodePayload(payload);
        loaded = readFileSync(`/proc/${child.pid}/maps`, "latin1").includes("/ld-");
        const streams = { stdout: Buffer.from("out"), stderr: Buffer.from("err"), merged: false };
        socket.write(encodeFrame({ type: "Delivered", exit_code: 42, ...streams }, Number(id)));
      },
    },
  });
  const child = Bun.spawn([join(folder, "gcc"), "-v"], {
    env: { ...environment(folder), ZCCACHE_ENDPOINT: endpoint, ZCCACHE_NO_SPAWN: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expected(loaded === false, "the stub did not answer");
  expected(out === "out" && err === "err" && code === 42, `the stub answered "${out}", "${err}" and ${code}`);
}

function call({ executable, folder }: Scene, args: readonly string[]) {
  const env = environment(folder);
  return spawnSync(executable, args, { cwd: folder, env, encoding: "utf8", timeout: TIMEOUT_MS, stdio: "pipe" });
}

/** Nothing of the build's own: only where compilers are. */
function environment(folder: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: folder,
    TMPDIR: folder,
    ZCCACHE_CACHE_DIR: join(folder, "cache"),
  };
}

function expected(holds: boolean, otherwise: string): void {
  if (!holds) throw new ZccacheError("IO", `Cannot use the executable with the stub: ${otherwise}`);
}
