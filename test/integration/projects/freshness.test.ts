// What a change must do to a cached object, on small trees: after each change the object is the bare compiler's for
// the new state, and both states hit when they come again.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, rmdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { dirname } from "node:path";
import type { Files } from "../../support/file-tree.ts";
import { type Environment, mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

/** A command line in a tree, and the change after which its object must be another one. */
type Case = {
  readonly claim: string;
  readonly files: Files;
  readonly command: readonly string[];
  /** Files written by the change; undefined: removed. */
  readonly change?: Readonly<Record<string, string | undefined>>;
  /** Variables set by the change. */
  readonly variables?: Environment;
  /** Arguments in place of `command` after the change. */
  readonly changedCommand?: readonly string[];
  /** True: the change keeps the times of the files it writes. */
  readonly keepTimes?: boolean;
};

const COMPILE = ["gcc", "-O1", "-c", "src/unit.c", "-o", "unit.o"];

const CASES: readonly Case[] = [
  {
    claim: "a new header earlier on the search path is taken",
    files: {
      "src/unit.c": '#include "config.h"\nint value = VALUE;\n',
      "late/config.h": "#define VALUE 1\n",
      "early/x.h": "",
    },
    command: [...COMPILE, "-Iearly", "-Ilate"],
    change: { "early/config.h": "#define VALUE 2\n" },
  },
  {
    claim: "a new header in a directory that was not there is taken",
    files: { "src/unit.c": '#include "config.h"\nint value = VALUE;\n', "late/config.h": "#define VALUE 1\n" },
    command: [...COMPILE, "-Inot-yet", "-Ilate"],
    change: { "not-yet/config.h": "#define VALUE 2\n" },
  },
  {
    claim: "a header that goes away uncovers the one behind it",
    files: {
      "src/unit.c": '#include "config.h"\nint value = VALUE;\n',
      "early/config.h": "#define VALUE 1\n",
      "late/config.h": "#define VALUE 2\n",
    },
    command: [...COMPILE, "-Iearly", "-Ilate"],
    change: { "early/config.h": undefined },
  },
  {
    claim: "__has_include flips when the header appears",
    files: { "src/unit.c": '#if __has_include("optional.h")\nint value = 2;\n#else\nint value = 1;\n#endif\n' },
    command: COMPILE,
    change: { "src/optional.h": "" },
  },
  {
    claim: "an .incbin file that changes is read again",
    files: { "src/unit.c": '__asm__(".data\\n.incbin \\"data.bin\\"\\n");\n', "data.bin": "one" },
    command: COMPILE,
    change: { "data.bin": "two" },
  },
  {
    claim: "CPATH that is set is searched",
    files: {
      "src/unit.c":
        "#if __has_include(<extra.h>)\n#include <extra.h>\n#endif\nint value = sizeof(int)\n#ifdef EXTRA\n+ EXTRA\n#endif\n;\n",
      "extra/extra.h": "#define EXTRA 5\n",
    },
    command: COMPILE,
    variables: { CPATH: "extra" },
  },
  {
    claim: "C_INCLUDE_PATH that is set is searched",
    files: {
      "src/unit.c": "#if __has_include(<extra.h>)\nint value = 2;\n#else\nint value = 1;\n#endif\n",
      "extra/extra.h": "",
    },
    command: COMPILE,
    variables: { C_INCLUDE_PATH: "extra" },
  },
  {
    claim: "T2 a header of the same size and time as before is read again",
    files: { "src/unit.c": '#include "config.h"\nint value = VALUE;\n', "src/config.h": "#define VALUE 1\n" },
    command: COMPILE,
    change: { "src/config.h": "#define VALUE 2\n" },
    keepTimes: true,
  },
  {
    claim: "the source itself of the same size and time as before is read again",
    files: { "src/unit.c": "int value = 1;\n" },
    command: COMPILE,
    change: { "src/unit.c": "int value = 2;\n" },
    keepTimes: true,
  },
  {
    claim: "the order of -D and -U counts",
    files: { "src/unit.c": "#ifdef FLAG\nint value = 2;\n#else\nint value = 1;\n#endif\n" },
    command: [...COMPILE, "-DFLAG", "-UFLAG"],
    changedCommand: [...COMPILE, "-UFLAG", "-DFLAG"],
  },
  {
    claim: "the order of -I counts",
    files: {
      "src/unit.c": '#include "config.h"\nint value = VALUE;\n',
      "a/config.h": "#define VALUE 1\n",
      "b/config.h": "#define VALUE 2\n",
    },
    command: [...COMPILE, "-Ia", "-Ib"],
    changedCommand: [...COMPILE, "-Ib", "-Ia"],
  },
  {
    claim: "a response file that changes is read again",
    files: { "src/unit.c": "int value = VALUE;\n", "flags.rsp": "-DVALUE=1" },
    command: [...COMPILE, "@flags.rsp"],
    change: { "flags.rsp": "-DVALUE=2" },
  },
];

describe("zccache gcc -c", () => {
  test.each(CASES.map((entry) => [entry.claim, entry] as const))("%s", async (_, entry) => {
    await using box = sandbox();
    const old = { command: entry.command, variables: {} };
    const changed = { command: entry.changedCommand ?? entry.command, variables: entry.variables ?? {} };

    lay(box, entry, false);
    const oldBare = await compile(box, old);
    lay(box, entry, true);
    const changedBare = await compile(box, changed);
    expect(changedBare.object).not.toEqual(oldBare.object);

    const cached = (call: Call): Promise<Compiled> => compile(box, { ...call, command: [box.binary, ...call.command] });
    lay(box, entry, false);
    expect((await cached(old)).object).toEqual(oldBare.object);
    expect(await cached(old)).toEqual({ object: oldBare.object, compilerStarts: 0 });
    lay(box, entry, true);
    expect(await cached(changed)).toEqual({ object: changedBare.object, compilerStarts: 1 });
    // A result whose input was written in the clock tick of the start is not stored; by the next run the tick is over.
    const repeated = await cached(changed);
    expect(repeated.object).toEqual(changedBare.object);
    if (repeated.compilerStarts > 0) {
      expect(await cached(changed)).toEqual({ object: changedBare.object, compilerStarts: 0 });
    }
    lay(box, entry, false);
    expect(await cached(old)).toEqual({ object: oldBare.object, compilerStarts: 0 });
  });
});

type Call = { readonly command: readonly string[]; readonly variables: Environment };
type Compiled = { readonly object: Buffer; readonly compilerStarts: number };

/** Lays the tree before or after the change; files that both have are written only where they differ. */
function lay(box: Sandbox, entry: Case, changed: boolean): void {
  const wanted: Record<string, string | Uint8Array | undefined> = { ...entry.files };
  for (const [name, content] of Object.entries(entry.change ?? {}))
    wanted[name] = changed ? content : entry.files[name];
  for (const [name, content] of Object.entries(wanted)) {
    const path = `project/${name}`;
    if (content === undefined) remove(box.tree.at(path));
    else replace(box, path, { content: Buffer.from(content), keepTimes: entry.keepTimes === true });
  }
}

/** Removes a file and the directory that it leaves empty, which a compiler would notice too. */
function remove(path: string): void {
  rmSync(path, { force: true });
  const directory = dirname(path);
  if (existsSync(directory) && readdirSync(directory).length === 0) rmdirSync(directory);
}

function replace(box: Sandbox, path: string, { content, keepTimes }: { content: Buffer; keepTimes: boolean }): void {
  const absolute = box.tree.at(path);
  const before = statSync(absolute, { throwIfNoEntry: false });
  if (before !== undefined && box.tree.read(path).equals(content)) return;
  box.tree.write({ [path]: content });
  if (keepTimes && before !== undefined) utimesSync(absolute, before.atime, before.mtime);
}

async function compile(box: Sandbox, { command, variables }: Call): Promise<Compiled> {
  rmSync(box.tree.at("project/unit.o"), { force: true });
  box.counter.take();
  await mustRun(command, { cwd: box.tree.at("project"), env: { ...box.env, ...variables } });
  return { object: box.tree.read("project/unit.o"), compilerStarts: box.counter.take().cc1 };
}
