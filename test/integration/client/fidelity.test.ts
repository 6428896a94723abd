// The tool sees its caller as if no stand-in were there: arguments, variables, descriptors, signals.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { CLIENTS } from "./clients.ts";
import type { FakeDaemon } from "./fake-daemon.ts";
import { clientScene as builtScene, bytes, execOf, type Scene, scenesOf } from "./scene.ts";

/** The three ways to the tool. */
const WAYS: [string, (scene: Scene) => FakeDaemon | undefined][] = [
  ["no daemon", () => undefined],
  [
    "Bypass",
    (scene) =>
      scene.daemon(({ reply }) =>
        reply({ type: "Bypass", path: bytes(scene.tree.at("tools/gcc")), skip: 1, reason: "link" }),
      ),
  ],
  [
    "Exec",
    (scene) =>
      scene.daemon(({ message, reply }) =>
        reply(message["type"] === "Invoke" ? execOf(scene.tree.at("tools/gcc")) : { type: "Released" }),
      ),
  ],
];

describe.each(CLIENTS)("the tool behind the %s client", (_name, binary) => {
  const clientScene = scenesOf(binary);

  describe.each(WAYS)("%s, it", (_title, serve) => {
    test("gets arguments and variables that are no UTF-8 byte for byte (P20, X6)", async () => {
      const script = '#!/bin/sh\nprintf "%s|%s|%s" "$1" "$2" "$W" | od -An -tx1\n';
      using scene = clientScene({ "tools/gcc": script });
      using _daemon = serve(scene);
      const result = await scene.shell('W="$(printf "\\351")" gcc "$(printf "\\377\\200")" ""');
      expect(result.stdout.trim()).toBe("ff 80 7c 7c e9");
      expect(result.stderr).toBe("");
    });

    test("gets its environment unchanged and in order but for ZCCACHE_DEPTH", async () => {
      using scene = clientScene({ "tools/gcc": "#!/bin/sh\ntr '\\0' '\\n' </proc/self/environ\n" });
      using _daemon = serve(scene);
      const listed = Object.entries({ Z: "1", ...scene.env, A: "", B: "b=c" }).map(
        ([name, value]) => `${name}=${value}`,
      );
      const result = await scene.run(["env", "-", ...listed, "gcc"]);
      expect(result.stdout.split("\n")).toEqual([...listed, "ZCCACHE_DEPTH=1", ""]);
    });

    test("inherits descriptors above 2, also where ours would have been (X10)", async () => {
      using scene = clientScene({ "tools/gcc": "#!/bin/sh\ncat <&3; cat <&9; ls /proc/self/fd | tr '\\n' ' '\n" });
      using _daemon = serve(scene);
      scene.tree.write({ nine: "nine " });
      const result = await scene.shell("printf 'three ' | (exec 3<&0 9<nine </dev/null; gcc)");
      // 4 is the directory that ls reads.
      expect(result.stdout).toBe("three nine 0 1 2 3 4 9 ");
    });

    test("has the caller's limit of open files (X11)", async () => {
      using scene = clientScene({ "tools/gcc": "#!/bin/sh\nulimit -Sn\nulimit -Hn\n" });
      using _daemon = serve(scene);
      const [, hard] = (await scene.shell("ulimit -Sn 512; gcc; ulimit -Hn")).stdout.trim().split("\n");
      expect((await scene.shell("ulimit -Sn 512; gcc; true")).stdout).toBe(`512\n${hard}\n`);
    });

    test("has the default action for SIGPIPE and SIGXFSZ, and ignores what its caller ignores (X11)", async () => {
      using scene = clientScene({ "tools/gcc": "#!/bin/sh\ngrep SigIgn /proc/self/status\n" });
      using _daemon = serve(scene);
      expect(ignored((await scene.run(["gcc"])).stdout)).toBe(0);
      expect(ignored((await scene.shell("trap '' INT HUP; gcc")).stdout)).toBe(0b11);
    });

    test("is run by the shell if it is a script without an interpreter, as by execvp", async () => {
      using scene = clientScene({ "tools/gcc": 'echo "script $1"\n' });
      using _daemon = serve(scene);
      expect(await scene.run(["gcc", "-v"])).toMatchObject({ exitCode: 0, stdout: "script -v\n" });
    });

    test.each(["TERM", "INT", "HUP", "QUIT"])(
      "gets SIG%s that only the client was sent, and ends both (X2)",
      async (signal) => {
        const script = `#!/bin/sh
trap 'kill $!; echo cleaned >>note; trap - ${signal}; kill -${signal} $$' ${signal}
sleep 20 & : >started; wait
`;
        using scene = clientScene({ "tools/gcc": script });
        using _daemon = serve(scene);
        let client = 0;
        const ended = scene.run(["gcc"], {
          started: (pid) => {
            client = pid;
          },
        });
        while (!existsSync(scene.tree.at("started"))) await Bun.sleep(10);
        process.kill(client, `SIG${signal}`);
        const result = await ended;
        expect(result.exitCode).toBe(128 + (constants.signals[`SIG${signal}` as NodeJS.Signals] ?? 0));
        expect(scene.tree.read("note").toString()).toBe("cleaned\n");
      },
    );
  });
});

// The runtime refuses to start there, so this is only for executables with the stub.
test("a tool runs in a directory that has been removed (X12)", async () => {
  using scene = builtScene({ "tools/gcc": '#!/bin/sh\necho "$1"; exit 3\n' });
  scene.standIn("shims/zccache");
  for (const call of ["gcc", "zccache gcc", "zccache wrap gcc", scene.tree.at("shims/gcc")]) {
    const result = await scene.shell(`mkdir gone; cd gone; rmdir "$PWD"; ${call} -c`);
    expect([result.exitCode, result.stdout]).toEqual([3, "-c\n"]);
  }
});

/** Mask of the signals 1 to 31 in a line `SigIgn:`; 32 and 33 are glibc's, which posix_spawn(3) always ignores. */
function ignored(line: string): number {
  return Number.parseInt(line.slice(-9), 16) & 0x7fffffff;
}
