// Callers whose streams, limits or working directory are not the usual ones: what the tool does then is its own affair,
// whichever of our clients stands before it, by a stand-in's name or as a word in front.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { CLIENTS } from "../client/clients.ts";
import { delivered, execOf, scenesOf } from "../client/scene.ts";
import { expectSame, expectSameAnyhow, openStage, type Stage, warningSource } from "./three-ways.ts";

setDefaultTimeout(600_000);

const CLOSED = ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"];

describe.each(CLIENTS)("%s client", (name, binary) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(binary);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each(CLOSED)("X5: a compile with %s", async (redirection) => {
    const script = `gcc -c a.c -o a.o ${redirection}; echo $? >rc; gcc -xc -c - -o b.o ${redirection}; echo $? >>rc`;
    await expectSameAnyhow(stage, { prepare: warningSource("closed"), script });
  });

  // Which signals its caller ignored the TypeScript client can't tell: Bun ignores this one from its start on.
  test.each(name === "stub" ? [":", "trap '' PIPE"] : [":"])("X4: no reader any more, after %s", async (before) => {
    const ends = (how: string) => `(${before}; { sleep 0.3; gcc ${how}; echo $? >>rc; } | true)`;
    const script = `gcc -c a.c -o b.o; ${ends("-c a.c -o a.o 2>&1")}; ${ends("-H -c a.c -o c.o >&2 2>&1")}`;
    const scene = { prepare: warningSource("unread"), script: `${script}; ${ends("-M a.c")}; cat rc` };
    await expectSameAnyhow(stage, scene);
  });

  // Opening the fifo ends the reader, which has read nothing. A tool that writes then ends by SIGPIPE (13).
  const LEAVE = ": >leave; sleep 0.3";
  const unread = `mkfifo leave; (BEFORE; gcc -c; echo $? >code) 2>&1 | cat leave; cat code`;

  const endings: [string, string][] =
    name === "stub"
      ? [
          [":", "141"],
          ["trap '' PIPE", "5"],
        ]
      : [[":", "141"]];

  test.each(endings)("X4: a reader that leaves while the daemon works, after %s: %s", async (before, code) => {
    using scene = scenesOf(binary)();
    using _daemon = scene.daemon(({ reply }) => {
      Bun.spawnSync(["sh", "-c", LEAVE], { cwd: scene.tree.path });
      reply(delivered(5, "out", "err"));
    });
    expect((await scene.shell(unread.replace("BEFORE", before))).stdout).toBe(`${code}\n`);
  });

  test.each(endings)("X4: a reader that leaves while the tool runs, after %s: %s", async (before, code) => {
    using scene = scenesOf(binary)({ "tools/gcc": `#!/bin/sh\n${LEAVE}; echo out; exit 5\n` });
    using daemon = scene.daemon(({ message, reply }) =>
      reply(message["type"] === "Invoke" ? execOf(scene.tree.at("tools/gcc")) : { type: "Released" }),
    );
    expect((await scene.shell(unread.replace("BEFORE", before))).stdout).toBe(`${code}\n`);
    expect(daemon.first("ExecDone")).toMatchObject({ exit_code: 5, merged: true });
  });

  test("X11: a limit on the size of files holds for a result that is in the cache", async () => {
    const prepare = `awk 'BEGIN { for (i = 0; i < 2000; i++) printf "int v%d = %d;\\n", i, i }' >a.c`;
    const script = "gcc -c a.c -o a.o; rm a.o; ulimit -f 4; gcc -c a.c -o a.o; echo $?; ls";
    await expectSameAnyhow(stage, { prepare, script });
  });

  // In none Bun itself does not start.
  const removed = name === "stub" ? ["has been removed"] : [];
  test.each(removed)("X10: a working directory that %s", async () => {
    const script = `mkdir d; cd d; rmdir ../d; gcc -c ../a.c -o a.o; echo $?; gcc -c "$HERE/a.c" -o "$HERE/a.o"; echo $?
PATH=.:bin:$PATH; gcc -c ../a.c; echo $?`;
    const prepare = `${warningSource("removed")}; mkdir bin`;
    const here = stage.box.tree.at("work");
    await expectSameAnyhow(stage, {
      prepare,
      script: `HERE=${here}; { ${script}; } 2>&1 | sed 's,/[^ ]*\\.s:,TEMP:,'`,
    });
  });

  test("X3: source on standard input that is read from its middle, or is no file", async () => {
    const script = `{ read -r line; gcc -xc -c - -o a.o; echo $?; cat; } <a.c; { cat >/dev/null; gcc -xc -c - -o b.o; } <a.c
gcc -xc -c - -o c.o <.; echo $?; { read -r line; gcc -xc -c - -o d.o; } <<END
first
int second;
END
gcc -xc -c - -o e.o <>a.c; echo $?; gcc -xc -c - -o f.o 0>>a.c; echo $?`;
    await expectSameAnyhow(stage, { prepare: `${warningSource("middle")}; echo "int more;" >>a.c`, script });
  });

  test("a tool that is a script without an interpreter line", async () => {
    const prepare = "mkdir bin; echo 'echo ran \"$1\" as `basename $0`; exit 7' >bin/gcc-99; chmod +x bin/gcc-99";
    await stage.box.zccache(["install-shims", stage.shims, "gcc-99"]);
    const { bare } = await expectSame(stage, {
      prepare,
      script: "PATH=$PATH:$PWD/bin; gcc-99 -c a.c; echo $?; gcc-99 x",
    });
    expect(bare.stdout).toBe("ran -c as gcc-99\n7\nran x as gcc-99\n");
  });
});
