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
