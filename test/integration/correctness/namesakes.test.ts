// One file under two names against two files of the same content, where each is to be read once: nothing of this shows
// in a content, but in what a compiler makes of it.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type Case, type CaseStage, COMPILERS, noCompilers, openCaseStage } from "./case-stage.ts";

setDefaultTimeout(600_000);

const C = "$Z $CC -c a.c -o out/a.o";
const ONCE = `mkdir one two
printf '#pragma once\\n#ifdef FIRST\\nint second;\\n#else\\n#define FIRST\\nint first;\\n#endif\\n' >one/x.h
cp one/x.h two
printf '#include "one/x.h"\\n#include "two/x.h"\\n' >a.c
`;
const IMPORT = `${ONCE}sed -i /once/d one/x.h two/x.h; sed -i s/include/import/ a.c\n`;

/** Ways in which two names of one file that is to be read once come about. */
const LINKS = [
  ["a symbolic link", "ln -sf ../one/x.h two/x.h"],
  ["a hard link", "ln -f one/x.h two/x.h"],
  ["a directory that is a link", "rm -r two; ln -s one two"],
] as const;

/** clang tells the two by what they are, gcc by their times, which are those of the names before they became one. */
const namesakes = (times: "different times" | "equal times"): readonly Case[] =>
  LINKS.flatMap(([what, link]) =>
    [ONCE, IMPORT].flatMap((copies) =>
      ["", " -g"].map((option): Case => {
        const later = times === "equal times" ? "2001" : "2002";
        const touch = `touch -d 2001-01-01 one/x.h; touch -d ${later}-01-01 two/x.h`;
        const how = copies === ONCE ? "#pragma once" : "#import";
        const undo = "rm -rf two; mkdir two; cp one/x.h two";
        return {
          name: `${what} instead of a copy by ${how}${option}, and back, ${times}`,
          tree: `${copies}${touch}`,
          script: `${C} -Wno-deprecated${option}`,
          edit: link,
          undo: `${undo}; ${touch}`,
        };
      }),
    ),
  );

describe.skipIf(noCompilers !== undefined)(
  titled("a result for other files under the same names is not given:", noCompilers),
  () => {
    let stage: CaseStage;
    beforeAll(async () => {
      stage = await openCaseStage();
    });
    afterAll(async () => await stage?.[Symbol.asyncDispose]());

    describe.each(["gcc", "clang"] as const)("%s", (family) => {
      const cases = namesakes(family === "clang" ? "equal times" : "different times");
      test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
        await stage.expectRight(each, COMPILERS[family]);
      });
    });
  },
);
