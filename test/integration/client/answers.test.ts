// What a client does for each answer of the daemon: same exit code, streams and files as the tool would have had.

import { describe, expect, test } from "bun:test";
import { withinTries } from "../../support/in-time.ts";
import { CLIENTS } from "./clients.ts";
import { bytes, delivered, execOf, scenesOf } from "./scene.ts";

const NOTE_ARGS = '#!/bin/sh\nfor a; do printf "[%s]" "$a"; done\n';
const EXIT_CODES = [0, 1, 2, 63, 126, 127, 128, 255];

describe.each(CLIENTS)("%s client, Delivered", (_name, binary) => {
  const clientScene = scenesOf(binary);
  test.each(EXIT_CODES)("ends with exit code %d and runs no tool (X1)", async (code) => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\necho ran\n" });
    using _daemon = scene.daemon(({ reply }) => reply(delivered(code, "out\xff", "err")));
    const result = await scene.run(["gcc", "-c", "a.c"]);
    expect([result.exitCode, result.stderr]).toEqual([code, "err"]);
    expect(result.stdout).toBe("out\ufffd");
  });

  test("says how it was called, byte for byte (X6)", async () => {
    using scene = clientScene();
    using daemon = scene.daemon(({ reply }) => reply(delivered(0)));
    await scene.shell('umask 027; cd cache; W="$(printf "\\351")" gcc "$(printf "\\377")" "" -c a.c 2>&1');
    const invoke = daemon.first("Invoke");
    expect(invoke["argv"]).toEqual(bytes("gcc\0\xff\0\0-c\0a.c\0"));
    expect(invoke["cwd"]).toEqual(bytes(scene.tree.at("cache")));
    expect(Buffer.from(invoke["env"] as Uint8Array).includes(bytes("\0W=\xe9\0"))).toBe(true);
    expect(invoke).toMatchObject({ umask: 0o027, stderr_tty: false, same_streams: true, can_exec: true });
  });

  test("says that two streams are two files", async () => {
    using scene = clientScene();
    using daemon = scene.daemon(({ reply }) => reply(delivered(0)));
    await scene.run(["gcc"]);
    expect(daemon.first("Invoke")).toMatchObject({ same_streams: false });
  });

  test("waits as long as Working frames come, longer than a silence may be", async () => {
    await withinTries(async () => {
      using scene = clientScene();
      using _daemon = scene.daemon(({ reply }) => {
        for (let at = 500; at <= 3000; at += 500) setTimeout(() => reply({ type: "Working" }), at);
        setTimeout(() => reply(delivered(3)), 3300);
      });
      const result = await scene.run(["gcc"]);
      expect(result.exitCode).toBe(3);
    });
  });
});

describe.each(CLIENTS)("%s client, Exec", (_name, binary) => {
  const clientScene = scenesOf(binary);
  test.each(EXIT_CODES)("ends with the tool's exit code %d (X1)", async (code) => {
    using scene = clientScene({ "tools/gcc": `#!/bin/sh\nexit ${code}\n` });
    using daemon = scene.daemon(({ message, reply }) =>
      reply(message["type"] === "Invoke" ? execOf(scene.tree.at("tools/gcc")) : { type: "Released" }),
    );
    const result = await scene.run(["gcc"]);
    expect(result.exitCode).toBe(code);
    expect(daemon.first("ExecDone")).toMatchObject({ job: 7, exit_code: code, merged: false, too_large: false });
  });

  test("runs the tool with the caller's arguments under its own path, and the daemon's variables", async () => {
    const script = '#!/bin/sh\necho "$0 $*"; echo "$GIVEN $KEPT $ZCCACHE_DEPTH" >&2\n';
    using scene = clientScene({ "tools/gcc": script });
    using daemon = scene.daemon(({ message, reply }) => {
      const exec = execOf(scene.tree.at("tools/gcc"), { set_env: [[bytes("GIVEN"), bytes("new")]] });
      reply(message["type"] === "Invoke" ? exec : { type: "Released" });
    });
    const result = await scene.run(["gcc", "-c", "a b.c"], { env: { ...scene.env, GIVEN: "old", KEPT: "kept" } });
    expect(result).toMatchObject({ exitCode: 0, stdout: `${scene.tree.at("tools/gcc")} -c a b.c\n` });
    expect(result.stderr).toBe("new kept 1\n");
    expect(daemon.first("ExecDone")["stdout"]).toEqual(bytes(result.stdout));
    expect(daemon.first("ExecDone")["stderr"]).toEqual(bytes(result.stderr));
  });

  test("keeps the order of two streams that are one file", async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\necho 1; echo 2 >&2; echo 3; echo 4 >&2\n" });
    using daemon = scene.daemon(({ message, reply }) =>
      reply(message["type"] === "Invoke" ? execOf(scene.tree.at("tools/gcc")) : { type: "Released" }),
    );
    const result = await scene.shell("gcc 2>&1");
    expect(result.stdout).toBe("1\n2\n3\n4\n");
    expect(daemon.first("ExecDone")).toMatchObject({ merged: true, stdout: bytes("1\n2\n3\n4\n"), stderr: bytes("") });
  });

  test("passes 20 MB of errors on, and reports that they are too large (X4)", async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\nhead -c 20000000 /dev/zero >&2; echo end >&2\n" });
    using daemon = scene.daemon(({ message, reply }) =>
      reply(message["type"] === "Invoke" ? execOf(scene.tree.at("tools/gcc")) : { type: "Released" }),
    );
    const result = await scene.run(["gcc"]);
    expect(result.stderr.length).toBe(20_000_004);
    expect(result.stderr.endsWith("\0end\n")).toBe(true);
    expect(daemon.first("ExecDone")).toMatchObject({ too_large: true, stdout: bytes(""), stderr: bytes("") });
  });

  test("dies by the signal that killed the tool (X1)", async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\nkill -TERM $$\n" });
    using daemon = scene.daemon(({ message, reply }) =>
      reply(message["type"] === "Invoke" ? execOf(scene.tree.at("tools/gcc")) : { type: "Released" }),
    );
    const result = await scene.shell("gcc; echo $?");
    expect(result.stdout).toBe("143\n");
    expect(daemon.first("ExecDone")).toMatchObject({ signal: 15, exit_code: 0 });
  });

  test("leaves only when the daemon has released it", async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\n" });
    using _daemon = scene.daemon(({ message, reply }) => {
      if (message["type"] === "Invoke") reply(execOf(scene.tree.at("tools/gcc")));
      else setTimeout(() => reply({ type: "Released" }), 700);
    });
    const result = await scene.run(["gcc"]);
    expect(result.seconds).toBeGreaterThan(0.7);
  });

  test("keeps the result of the tool when the daemon goes away meanwhile", async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\necho once >>runs; echo out; exit 4\n" });
    using _daemon = scene.daemon(({ reply, hangUp }) => {
      reply(execOf(scene.tree.at("tools/gcc")));
      hangUp();
    });
    const result = await scene.run(["gcc"]);
    expect(result).toMatchObject({ exitCode: 4, stdout: "out\n", stderr: "" });
    expect(scene.tree.read("runs").toString()).toBe("once\n");
  });

  test("falls back to the real tool when the daemon's cannot be started", async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\necho real\n" });
    using _daemon = scene.daemon(({ reply }) => reply(execOf("/nonexistent/gcc")));
    expect(await scene.run(["gcc"])).toMatchObject({ exitCode: 0, stdout: "real\n", stderr: "" });
  });
});

describe.each(CLIENTS)("%s client, Bypass", (_name, binary) => {
  const clientScene = scenesOf(binary);
  test.each([
    ["gcc", 1],
    ["zccache gcc", 2],
    ["zccache wrap gcc", 3],
  ])("%s becomes the tool that the daemon names", async (line, skip) => {
    using scene = clientScene({ "other/gcc": NOTE_ARGS });
    scene.standIn("shims/zccache");
    using _daemon = scene.daemon(({ reply }) =>
      reply({ type: "Bypass", path: bytes(scene.tree.at("other/gcc")), skip, reason: "link" }),
    );
    const result = await scene.shell(`${line} -o 'a b' ''`);
    expect(result).toMatchObject({ exitCode: 0, stdout: "[-o][a b][]", stderr: "" });
  });

  test("finds the tool itself when the daemon names none", async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\necho own; exit 9\n" });
    using _daemon = scene.daemon(({ reply }) => reply({ type: "Bypass", skip: 1, reason: "tool-missing" }));
    expect(await scene.run(["gcc"])).toMatchObject({ exitCode: 9, stdout: "own\n" });
  });
});

describe.each(CLIENTS)("%s client, NeedStdin", (_name, binary) => {
  const clientScene = scenesOf(binary);
  const source = "int x;\n".repeat(40_000);

  test("spools standard input for our user only and asks again (X3)", async () => {
    using scene = clientScene();
    const spool = scene.tree.at("cache/spool");
    using daemon = scene.daemon(({ message, reply }) =>
      reply(message["stdin_file"] === undefined ? { type: "NeedStdin", path: bytes(spool) } : delivered(5)),
    );
    scene.tree.write({ "a.c": source });
    const result = await scene.shell("umask 000; cat a.c | gcc -x c - ; echo $?; stat -c %a cache/spool");
    expect(result.stdout).toBe("5\n600\n");
    expect(scene.tree.read("cache/spool").toString()).toBe(source);
    expect(daemon.all("Invoke").at(-1)).toMatchObject({ stdin_file: bytes(spool) });
  });

  test("gives the spooled file to the tool of an Exec", async () => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\nexec cat\n" });
    const spool = scene.tree.at("cache/spool");
    using _daemon = scene.daemon(({ message, reply }) => {
      if (message["type"] === "ExecDone") reply({ type: "Released" });
      else if (message["stdin_file"] === undefined) reply({ type: "NeedStdin", path: bytes(spool) });
      else reply(execOf(scene.tree.at("tools/gcc"), { stdin_file: bytes(spool) }));
    });
    scene.tree.write({ "a.c": source });
    expect((await scene.shell("cat a.c | gcc -x c -")).stdout).toBe(source);
  });

  test.each([
    ["a daemon that goes away", "cache/spool", true],
    ["a spool that cannot be written", "nowhere/spool", false],
  ])("after %s the real tool still gets all of it", async (_title, name, hangs) => {
    using scene = clientScene({ "tools/gcc": "#!/bin/sh\nexec cat\n" });
    using _daemon = scene.daemon(({ message, reply, hangUp }) => {
      if (message["stdin_file"] === undefined) reply({ type: "NeedStdin", path: bytes(scene.tree.at(name)) });
      else if (hangs) hangUp();
    });
    scene.tree.write({ "a.c": source });
    const result = await scene.shell("cat a.c | gcc -x c -");
    expect([result.stdout === source, result.stderr]).toEqual([true, ""]);
  });
});
