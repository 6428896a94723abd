// Where an output's name leads to something special, the effect on it is clang's own: it writes a temporary file beside
// the output and renames it.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { warningSource } from "../fidelity/three-ways.ts";
import { type ClangStage, noClang, openClangStage } from "./clang-stage.ts";

setDefaultTimeout(600_000);

const PLACES: [string, string][] = [
  ["nothing", ":"],
  ["a file", "echo old >a.o; chmod 600 a.o; echo old >a.d; chmod 600 a.d"],
  ["an empty file", ": >a.o; chmod 600 a.o; : >a.d; chmod 600 a.d"],
  ["a symbolic link to nothing", "ln -s t.o a.o"],
  ["a link to an empty file", "mkdir d; : >d/t.o; ln -s d/t.o a.o"],
  ["an executable file", "echo old >a.o; chmod 755 a.o"],
  ["a symbolic link to a file", "mkdir d; echo old >d/t.o; ln -s d/t.o a.o"],
  ["a loop of symbolic links", "ln -s a.o a.o"],
  ["a hard link", "echo old >a.o; ln a.o b.o"],
  ["a read-only file", "echo old >a.o; chmod 444 a.o"],
  ["a directory", "mkdir a.o"],
  ["a depfile that is a link to a file", "mkdir d; echo old >d/t.d; chmod 600 d/t.d; ln -s d/t.d a.d"],
  ["a depfile that is a link to nothing", "ln -s t.d a.d"],
  ["a depfile that is a hard link", "echo old >a.d; ln a.d b.d"],
  ["a read-only depfile", "echo old >a.d; chmod 444 a.d"],
];

let at: ClangStage;
beforeAll(async () => {
  if (noClang === undefined) at = await openClangStage();
});
afterAll(async () => await at?.[Symbol.asyncDispose]());

describe.skipIf(noClang !== undefined)(titled("clang -MD -c a.c where there is", noClang), () => {
  test.each(PLACES)("%s", async (kind, make) => {
    const name = `place_${kind.replaceAll(/\W/g, "_")}`;
    await at.expectSame({ prepare: `${warningSource(name)}; ${make}`, script: "clang -MD -c a.c" });
  });
});

// Without a temporary file there is none to rename: what was there keeps its mode.
const IN_PLACE: [string, string, string?][] = [
  ["-fno-temp-file -c", ":"],
  ["-fno-temp-file -S", ":", "a.s"],
  ["-Xclang -fno-temp-file -c", ":"],
  ["--config ./in-place.cfg -c", "echo -fno-temp-file >in-place.cfg"],
  ["-cc1 -fno-temp-file -emit-obj -o a.o", ":"],
];

describe.skipIf(noClang !== undefined)(titled("a file that was not there when its result was stored", noClang), () => {
  test.each(IN_PLACE)("clang %s a.c", async (options, configure, output = "a.o") => {
    const name = `in_place_${options.replaceAll(/\W/g, "_")}`;
    const prepare = `printf 'int ${name};\n' >a.c; ${configure}`;
    const script = `clang ${options} a.c`;
    await at.expectSame({ prepare, script });
    await at.expectSame({ prepare: `${prepare}; echo old >${output}; chmod 600 ${output}`, script });
  });
});
