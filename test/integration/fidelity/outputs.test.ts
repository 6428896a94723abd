// Where an output's name leads to something special, the effect on it is the compiler's own.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { expectHits, expectSame, openStage, openStageAs, type Stage, warningSource } from "./three-ways.ts";

setDefaultTimeout(600_000);

const NOBODY = 65534;

/** What is at the object's name before, and whether a hit is delivered there. */
const OBJECTS: [string, string, boolean][] = [
  ["nothing", ":", true],
  ["a file", "echo old >a.o; chmod 600 a.o", true],
  ["an executable file", "echo old >a.o; chmod 755 a.o", true],
  ["an empty file", ": >a.o; chmod 640 a.o", true],
  ["a symbolic link to a file", "mkdir d; echo old >d/t.o; ln -s d/t.o a.o", false],
  ["a symbolic link to an empty file", ": >t.o; ln -s t.o a.o", true],
  ["a symbolic link to nothing", "ln -s t.o a.o", false],
  ["a loop of symbolic links", "ln -s a.o a.o", false],
  ["a hard link", "echo old >a.o; ln a.o b.o", false],
  ["a hard link to an empty file", ": >a.o; ln a.o b.o", false],
  ["a read-only file", "echo old >a.o; chmod 444 a.o", false],
  ["a directory", "mkdir a.o", false],
];

const DEPFILES: [string, string, boolean][] = [
  ["a file", "echo old and longer than the new one, which has only two names >a.d; chmod 600 a.d", true],
  ["an executable file", "echo old >a.d; chmod 755 a.d", true],
  ["a symbolic link to a file", "mkdir d; echo old >d/t.d; ln -s d/t.d a.d", true],
  ["a symbolic link to nothing", "ln -s t.d a.d", true],
  ["a hard link", "echo old >a.d; ln a.d b.d", false],
  ["a read-only file", "echo old >a.d; chmod 444 a.d", false],
  ["a directory", "mkdir a.d", false],
];

const noOther = process.getuid?.() === 0 ? missingTool("setpriv") : "only root can become another user";

describe.each([
  ["by the user of the tests", openStage, undefined],
  ["by another user", () => openStageAs(NOBODY), noOther],
])("%s", (title, open, reason) => {
  describe.skipIf(reason !== undefined)(titled(title, reason), () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await open();
    });
    afterAll(async () => await stage?.[Symbol.asyncDispose]());

    test.each(OBJECTS)("X8: an object where there is %s", async (kind, make, hits) => {
      const name = `object_${kind.replaceAll(/\W/g, "_")}`;
      const scene = { prepare: `${warningSource(name)}; ${make}`, script: "gcc -c a.c -o a.o" };
      await (hits ? expectHits(stage, scene) : expectSame(stage, scene));
    });

    test.each(DEPFILES)("X8: a depfile where there is %s", async (kind, make, hits) => {
      const name = `depfile_${kind.replaceAll(/\W/g, "_")}`;
      const scene = { prepare: `${warningSource(name)}; ${make}`, script: "gcc -MD -c a.c -o a.o" };
      await (hits ? expectHits(stage, scene) : expectSame(stage, scene));
    });

    test("X8: -o /dev/null leaves the device", async () => {
      const script = "gcc -c a.c -o /dev/null; gcc -MD -MF /dev/null -c a.c -o a.o; stat -c '%F %t %T %a %u' /dev/null";
      const { bare } = await expectSame(stage, { prepare: warningSource("null_device"), script });
      expect(bare.stdout).toStartWith("character special file 1 3");
    });

    test("X8: a fifo is read from by its reader, and stays", async () => {
      // The assembler can't seek in it, and says so with the name of its temporary input.
      const script = `(wc -c <a.o >count) & gcc -c a.c -o a.o 2>said; echo $?; wait; sed -i 's,^/.*\\.s:,TEMP:,' said
(cat <a.d >deps) & gcc -MD -c a.c -o b.o -MF a.d; echo $?; wait`;
      await expectSame(stage, { prepare: `${warningSource("fifo")}; mkfifo a.o a.d`, script });
    });

    test("X8: a directory that can't be written, or is not there", async () => {
      const script = "gcc -c a.c -o closed/a.o; echo $?; gcc -c a.c -o none/a.o; echo $?";
      const prepare = `${warningSource("places")}; mkdir closed; chmod 555 closed`;
      await expectSame(stage, { prepare, script: `${script} | sed 's,/[^ ]*\\.s:,TEMP:,'` });
    });
  });
});

describe.skipIf(process.getuid?.() !== 0)(titled("by root", process.getuid?.() === 0 ? undefined : "not root"), () => {
  test("X8: a private device node is written through, never replaced", async () => {
    await using stage = await openStage();
    const prepare = `${warningSource("node")}; mknod a.o c 1 3; mknod a.d c 1 3; ln -s a.o link.o; echo >x.o`;
    const script = "gcc -MD -c a.c -o a.o; gcc -c a.c -o link.o; gcc -MD -MF a.d -c a.c -o x.o";
    const { bare } = await expectSame(stage, { prepare, script });
    expect(bare.files["a.o"]).toStartWith("device 259 ");
    expect(bare.files["a.o"]).toEndWith(" same");
  });

  test("X8: a file of somebody else keeps its owner or loses it as with the bare compiler", async () => {
    await using stage = await openStage();
    const prepare = `${warningSource("owner")}; echo old >a.o; echo old >a.d; : >b.o; chown ${NOBODY} a.o a.d b.o`;
    await expectHits(stage, { prepare, script: "gcc -MD -c a.c -o a.o; gcc -c a.c -o b.o" });
  });
});
