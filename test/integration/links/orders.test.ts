// LinkEphemeral with real archivers and linkers: when it is a hit, when it is none, and what it warns of.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { type Linked, LinkOrders, type Order, type OrderedLink } from "./link-orders.ts";

setDefaultTimeout(600_000);

const missing = missingTool("gcc", "clang", "ar", "ld", "llvm-ar", "lld");

const which = (name: string): string => Bun.which(name) ?? name;
const [AR, LD, GCC, CLANG] = ["ar", "ld", "gcc", "clang"].map(which) as [string, string, string, string];
const TWELVE = Array.from({ length: 12 }, (_, n) => `m${n}.o`);

/** Microsoft's program has a switch that LLVM's takes for a file, or has under another name. */
function withoutSwitch(name: string, program: string, instead: string): string {
  return `#!/bin/sh
for arg; do shift; case $arg in /${name}) set -- "$@" ${instead} ;; *) set -- "$@" "$arg" ;; esac; done
exec "$(dirname "$0")/../bin/${program}" "$@"`;
}

const INPUTS = `
printf 'int b(int); int main(void) { return b(3) - 6; }\\n' >a.c
printf 'int b(int x) { return 2 * x; }\\n' >b.c
printf 'int b(int x) { return 3 * x; }\\n' >c.c
gcc -fPIC -c a.c b.c c.c
for n in 0 1 2 3 4 5 6 7 8 9 10 11; do echo "int m$n = $n;" | gcc -xc -c -o m$n.o -; done
ar rcsD old.a a.o b.o
clang -target x86_64-pc-windows-msvc -c b.c -o b.obj
printf 'int mainCRTStartup(void) { return 0; }\\n' >w.c
clang -target x86_64-pc-windows-msvc -c w.c -o w.obj
mkdir bin
ln -s "$(command -v llvm-ar)" bin/lib
ln -s "$(command -v lld)" bin/link
mkdir ms
printf '%s\n' '${withoutSwitch("BREPRO", "lib", "")}' >ms/lib
printf '%s\n' '${withoutSwitch("DETERMINISTIC", "link", "/Brepro")}' >ms/link
bin/lib /OUT:old.lib b.obj
printf '#!/bin/sh\\necho failed >&2; exit 3\\n' >bin/ld
cp "$(command -v ld)" bin/strange
chmod +x bin/* ms/*
`;

describe.skipIf(missing !== undefined)(titled("a link that is ordered", missing), () => {
  let links: LinkOrders;
  beforeAll(async () => {
    links = new LinkOrders();
    await links.make(INPUTS);
  });
  afterAll(async () => await links?.[Symbol.asyncDispose]());

  const inTree = (name: string): string => `${links.directory}/${name}`;

  /** Bare and through the daemon in trees of the same kind; what it did must be the same. */
  async function same(order: Order, change?: string): Promise<OrderedLink> {
    await links.reset(change);
    const alone = links.bare(order);
    await links.reset(change);
    const through = await links.order(order);
    expect(effectOf(through)).toEqual(alone);
    return through;
  }
  const effectOf = ({ exit_code, stdout, stderr, files }: Linked): Linked => ({ exit_code, stdout, stderr, files });

  test("of an archive is a hit for the same members in the same order only [links 2]", async () => {
    const archive = (...members: string[]) => ({ tool: AR, args: ["rcsD", "libx.a", ...members] });
    const first = await same(archive("a.o", "b.o"));
    expect(first).toMatchObject({ cached: false, warning: undefined, counted: "miss" });
    expect(await same(archive("a.o", "b.o"))).toMatchObject({ cached: true, warning: undefined, counted: "hit" });
    const changed = await same(archive("a.o", "b.o"), "cp c.o b.o");
    expect(changed.counted).toBe("miss");
    expect(changed.files.get("libx.a")).not.toBe(first.files.get("libx.a"));
    expect(await same(archive("b.o", "a.o"))).toMatchObject({ cached: false, counted: "miss" });
    expect((await same(archive("a.o", "b.o"))).counted).toBe("hit");
  });

  test("of an archive with many members tells their order, too [links 2]", async () => {
    const archive = (members: readonly string[]) => ({ tool: AR, args: ["rcsD", "liby.a", ...members] });
    expect((await same(archive(TWELVE))).counted).toBe("miss");
    expect((await same(archive(TWELVE))).counted).toBe("hit");
    expect((await same(archive(TWELVE.toReversed()))).counted).toBe("miss");
  });

  test.each<[title: string, tool: string, remedy: string, args: string[], quiet: string[]]>([
    ["ar", AR, "pass D", ["rcs", "w.a", "a.o"], ["rcsD", "w.a", "a.o"]],
    ["lib", "ms/lib", "/BREPRO", ["/OUT:w.lib", "b.obj"], ["/OUT:w.lib", "/BREPRO", "b.obj"]],
    [
      "ld",
      LD,
      "--build-id=sha1 (avoid --build-id=uuid)",
      ["--build-id=uuid", "-shared", "b.o", "-o", "w.so"],
      ["--build-id=sha1", "-shared", "b.o", "-o", "w.so"],
    ],
    [
      "link",
      "ms/link",
      "/DETERMINISTIC",
      ["/SUBSYSTEM:CONSOLE", "/OUT:w.exe", "w.obj"],
      ["/SUBSYSTEM:CONSOLE", "/OUT:w.exe", "/DETERMINISTIC", "w.obj"],
    ],
  ])("by %s that may come out otherwise next time is warned of and cached [links 3]", async (...row) => {
    const [, name, remedy, args, quiet] = row;
    const tool = name.startsWith("/") ? name : inTree(name);
    await links.reset();
    const first = await links.order({ tool, args });
    expect(first).toMatchObject({ exit_code: 0, cached: false, counted: "miss" });
    expect(first.warning).toStartWith("not deterministic: what is cached may differ from a fresh run");
    expect(first.warning).toContain(remedy);
    await links.reset();
    const second = await links.order({ tool, args });
    expect(second).toMatchObject({ cached: true, warning: first.warning, counted: "hit" });
    expect(effectOf(second)).toEqual(effectOf(first));
    for (const counted of ["miss", "hit"])
      expect(await same({ tool, args: quiet })).toMatchObject({ exit_code: 0, warning: undefined, counted });
  });

  test.each([
    "ar t old.a",
    "ar x old.a",
    "ar d old.a a.o",
    "ar p old.a",
    "ar rcs",
    "ar rcs none.a",
    "bin/lib /LIST old.lib",
    "bin/lib",
    "bin/strange -r a.o -o s.o",
    "ld -shared b.o",
    "ld -o p",
    "gcc a.o b.o",
    "gcc -shared -o p.so",
    "clang a.o b.o",
    // They compile.
    "gcc -c a.c",
    "clang -S a.c -o x.s",
  ])("as %s is run as it is, and counts as one that can't be cached [links 4]", async (line) => {
    const [name = "", ...args] = line.split(" ");
    const tool = name.includes("/") ? inTree(name) : which(name);
    for (let round = 0; round < 2; round++)
      expect(await same({ tool, args })).toMatchObject({ cached: false, warning: undefined, counted: "refused" });
  });

  test.each([
    ["gcc", GCC],
    ["clang", CLANG],
  ])("of a program or a library by %s is a hit until an object or an option changes [links 6]", async (_, tool) => {
    const program = { tool, args: ["a.o", "b.o", "-o", "out"] };
    const library = { tool, args: ["-shared", ...program.args] };
    for (const link of [program, library]) {
      const first = await same(link);
      expect(first).toMatchObject({ exit_code: 0, cached: false, counted: "miss" });
      expect(await same(link)).toMatchObject({ cached: true, counted: "hit" });
      const changed = await same(link, "cp c.o b.o");
      expect(changed.counted).toBe("miss");
      expect(changed.files.get("out")).not.toBe(first.files.get("out"));
      expect((await same(link)).counted).toBe("hit");
    }
  });

  test("that fails is run each time, with what it says and the warning [links 12]", async () => {
    const failing = { tool: inTree("bin/ld"), args: ["--build-id=uuid", "a.o", "-o", "f"] };
    const scene = `printf '#!/bin/sh\\necho ran >>%s\\necho "cannot: é" >&2\\nexit 3\\n' "$PWD/ran" >bin/ld`;
    for (let round = 0; round < 2; round++) {
      const { warning, ...failed } = await same(failing, scene);
      expect(failed).toMatchObject({ exit_code: 3, cached: false, counted: "refused" });
      expect(failed.stderr).toBe(Buffer.from("cannot: é\n").toString("latin1"));
      expect(warning).toContain("--build-id=sha1");
      expect(failed.files.get("ran")).toBeDefined();
    }
  });

  test("by a tool that is not there is an error that names it [links 13]", async () => {
    await links.reset();
    const tool = inTree("bin/no-ld");
    const asked = links.order({ tool, args: ["a.o", "-o", "p"] });
    expect(await asked.then(String, (error: Error) => error.message)).toContain(tool);
  });

  test.each([
    ["ld", LD, ["a.o", "none.o", "-o", "p"]],
    ["gcc", GCC, ["a.o", "none.o", "-o", "p"]],
    ["ar", AR, ["rcsD", "n.a", "a.o", "none.o"]],
    ["ld with a script", LD, ["-T", "none.ld", "a.o", "-o", "p"]],
  ])("by %s with an input that is not there fails as the tool does [links 13]", async (_, tool, args) => {
    const { exit_code, stderr, cached } = await same({ tool, args });
    expect([exit_code === 0, cached]).toEqual([false, false]);
    expect(stderr).toContain("none.");
  });
});
