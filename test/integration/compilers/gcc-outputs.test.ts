// Does gcc write exactly the files that the plan says?

import { describe, expect, test } from "bun:test";
import { join, relative } from "node:path";
import { type Files, fileTree } from "../../support/file-tree.ts";
import { titled } from "../../support/missing.ts";
import { filesBelow, gcc, noGcc, planOf, words } from "./real-gcc.ts";

const SOURCE = '#include "h.h"\nint f(void) { return 1; }\n';
const TREE: Files = {
  "a.c": SOURCE,
  "a.b.c": SOURCE,
  ".hidden.c": SOURCE,
  noext: SOURCE,
  "noext.": SOURCE,
  ".foo": SOURCE,
  "h.h": "\n",
  "dir/q.cc": SOURCE,
  "dir/h.h": "\n",
  "out/keep": "",
  "out.d/keep": "",
  "p.i": "int f;\n",
  "p.ii": "int f;\n",
  "y.s": "\tnop\n",
  "z.S": "#define N nop\n\tN\n",
  "z.sx": "\tnop\n",
  "args.rsp": "-c 'a.c' -o\n\"out/r.o\" @more.rsp",
  "more.rsp": "-MD",
};

describe.skipIf(noGcc !== undefined)(titled("gcc.parse() plans what gcc writes for", noGcc), () => {
  test.each([
    "-c a.c",
    "-c a.b.c",
    "-c .hidden.c -MD",
    "-c dir/q.cc -MD",
    "-x c -c noext -MD",
    "-x c -c noext. -MD",
    "-x c -c .foo -MD",
    "-x c -c ./.foo -MD -MF foo.d",
    "-c -x c -",
    "-c -x c /dev/null -MD",
    "-c -x c - -MD",
    "-c -x c a.c -x c++",
    "-c a.c -o x",
    "-c a.c -ox.o",
    "-objects -c a.c",
    "-c a.c -lfoo -L. -Wl,-z,now -T x.ld -shared",
    "-c a.c -MD -o x",
    "-c a.c -MD -o out/x.obj",
    "-c a.c -MD -o a.b.o",
    "-c a.c -MD -o .o",
    "-c a.c -MD -o ..o",
    "-c a.c -MD -o x.",
    "-c a.c -MD -o out.d/x",
    "-c a.c -MD -o out/.hid",
    "-c a.c -MMD -o ./out/.hid.o",
    "-c a.c -MD -MMD",
    "-c a.c -MD -MF dep.mk",
    "-c a.c -MMD -MFout/dep -o x.o",
    "-c a.c -MD -MF one.d -MF two.d",
    "-c a.c -MD -MP -MT target",
    "-c a.c -Wp,-MD,q.d -o out/x.o",
    "-c a.c -Wp,-MMD,out/q.d",
    "-c a.c -Wp,-MD,q.d,-MT,target",
    "-c a.c -MD -Wp,-MT,target -o x.o",
    "-c a.c -Xpreprocessor -DX -Xassembler --noexecstack",
    "-c y.s -MD",
    "-c y.s -MF y.d",
    "-c -x assembler-with-cpp y.s -MD",
    "-c y.s -Wp,-MD,q.d",
    "-c z.S -MD",
    "-c z.sx -MMD -MF z.dep",
    "-c z.S -Wp,-MD,q.d",
    "-c p.i -MD",
    "-c p.ii -MD -MF p.d",
    "-c p.i -Wp,-MD,q.d",
    "-c -x cpp-output p.ii -MD",
    "@args.rsp",
  ])("%s", async (line) => {
    using tree = fileTree(TREE);
    const before = new Set(filesBelow(tree.path));
    const plan = planOf(words(line), tree.path);
    const { exitCode, stderr } = await gcc(words(line), tree.path);
    expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
    const written = filesBelow(tree.path).filter((path) => !before.has(path));
    expect(written.map((path) => relative(tree.path, path))).toEqual(
      plan.outputs.map(({ path }) => relative(tree.path, join(tree.path, path))).toSorted(),
    );
  });
  test("an absolute -o", async () => {
    using tree = fileTree(TREE);
    const before = new Set(filesBelow(tree.path));
    const args = ["-c", "a.c", "-MD", "-o", tree.at("out/x.o")];
    const plan = planOf(args, tree.path);
    await gcc(args, tree.path);
    const written = filesBelow(tree.path).filter((path) => !before.has(path));
    expect(written).toEqual(plan.outputs.map(({ path }) => path).toSorted());
  });
  test.each(["-c -x c .c", "-c .c"])("nothing in %s, where a name is an extension alone", async (line) => {
    using tree = fileTree({ ".c": SOURCE });
    if (line.includes("-x")) expect(planOf(words(line), tree.path).outputs).toEqual([{ role: "object", path: ".c.o" }]);
    else expect(() => planOf(words(line), tree.path)).toThrow("language");
  });
});
