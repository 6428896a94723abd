import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, symlinkSync } from "node:fs";
import { IncludeScanner, includesIn } from "../../../../src/daemon/library/exec-includes.ts";
import { type Files, fileTree } from "../../../support/file-tree.ts";

describe("includesIn() finds", () => {
  test.each([
    ['#include "a.h"\n', "quoted a.h"],
    ["  #  include\t<sys/a.h> // why\n", "angle sys/a.h"],
    ["#include_next <a.h>\n", "angle a.h next"],
    ['#import "a.h"\n', "quoted a.h"],
    ['#embed "a.bin"\n', "quoted a.bin"],
    ['%:include "a.h"\n', "quoted a.h"],
    ['??=include "a.h"\n', "quoted a.h"],
    ['#inc\\\nlude "a.h"\n', "quoted a.h"],
    ['#include \\\r\n"a.h"\n', "quoted a.h"],
    ['# /* a * b */ include /**/ "a.h"\n', "quoted a.h"],
    ['/* over\nlines */ #include "a.h"\n', "quoted a.h"],
    ['#if 0\n#include "a.h"\n#endif\n', "quoted a.h"],
    ['// #include "a.h"\n', "quoted a.h"],
    ['#include "a.h"', "quoted a.h"],
  ])("%j", (text, found) => {
    expect(includesIn(text).map(({ name, form, next }) => `${form} ${name}${next ? " next" : ""}`)).toEqual([found]);
  });

  test.each(["#include MACRO\n", '#define include "a.h"\n', '#include ""\n', "int include;\n"])(
    "nothing in %j",
    (text) => {
      expect(includesIn(text)).toEqual([]);
    },
  );
});

/** Scans `a.c` of a tree. @returns paths, and how many files were read for it. */
async function scan(files: Files, prepare: (root: string) => void = () => undefined) {
  using tree = fileTree({ ...files });
  prepare(tree.path);
  const directories = { iquote: ["iq"], plain: ["inc", `${tree.path}/inc2`], system: ["sys"] };
  const found = await new IncludeScanner().scan(["a.c"], { directories, cwd: tree.path }, onDisk());
  return found.map(({ path }) => path.replace(tree.path, "ROOT"));
}

function onDisk() {
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return {
    isFile,
    contents: async (paths: readonly string[]) =>
      paths.map((path) => (isFile(path) ? `F${Bun.hash(readFileSync(path))}` : "A")),
  };
}

describe("IncludeScanner.scan()", () => {
  test("looks for quoted names beside the file, then in iquote, plain and system directories, in this order", async () => {
    const everywhere = { "d/h.h": "", "iq/h.h": "", "inc/h.h": "", "inc2/h.h": "", "sys/h.h": "" };
    const source = { "a.c": '#include "d/x.h"\n', "d/x.h": '#include "h.h"\n' };
    const order = ["d/h.h", "iq/h.h", "inc/h.h", "inc2/h.h", "sys/h.h"] as const;
    const left: Record<string, string> = { ...everywhere };
    for (const first of order) {
      const found = await scan({ ...source, ...left });
      expect(found.at(-1)).toBe(first === "inc2/h.h" ? "ROOT/inc2/h.h" : first);
      delete left[first];
    }
    expect(await scan({ ...source, ...left })).toEqual(["a.c", "d/x.h"]);
  });

  test("does not look for names in angle brackets beside the file nor in iquote directories", async () => {
    expect(await scan({ "a.c": "#include <h.h>\n", "h.h": "", "iq/h.h": "", "sys/h.h": "" })).toEqual([
      "a.c",
      "sys/h.h",
    ]);
  });

  test("follows headers to their headers, and each once", async () => {
    const found = await scan({
      "a.c": "#include <one.h>\n#include <two.h>\n",
      "inc/one.h": "#include <two.h>\n",
      "inc/two.h": '#include "one.h"\n#include "../a.c"\n',
    });
    expect(found).toEqual(["a.c", "inc/one.h", "inc/two.h"]);
  });

  test("takes all that #include_next may mean", async () => {
    const found = await scan({ "a.c": "#include_next <h.h>\n", "inc/h.h": "", "inc2/h.h": "", "sys/h.h": "" });
    expect(found).toEqual(["a.c", "inc/h.h", "ROOT/inc2/h.h", "sys/h.h"]);
  });

  test("comes to an end where headers lead to themselves by ever longer names", async () => {
    const found = await scan({
      "a.c": '#include "d/h.h"\n',
      "d/h.h": '#include "../d/h.h"\n#include "e/../h.h"\n',
      "d/e/x": "",
    });
    expect(found).toEqual(["a.c", "d/h.h"]);
  });

  test("follows one file once for each directory that it is linked into, since it includes others from there", async () => {
    const files = {
      "a.c": '#include "one/h.h"\n#include "two/h.h"\n',
      "one/h.h": '#include "x.h"\n',
      "one/x.h": "",
      "two/x.h": "2",
    };
    const found = await scan(files, (root) => symlinkSync("../one/h.h", `${root}/two/h.h`));
    expect(found).toEqual(["a.c", "one/h.h", "two/h.h", "one/x.h", "two/x.h"]);
  });

  test("takes a text apart once for each content", async () => {
    using tree = fileTree({ "a.c": '#include "b.h"\n', "b.h": "" });
    const scanner = new IncludeScanner();
    const place = { directories: { iquote: [], plain: [], system: [] }, cwd: tree.path };
    const look = { ...onDisk(), contents: async (paths: readonly string[]) => paths.map(() => "Fsame") };
    expect(await scanner.scan(["a.c"], place, look)).toHaveLength(2);
    tree.write({ "a.c": "" });
    expect(await scanner.scan(["a.c"], place, look)).toHaveLength(2);
  });
});
