// ZCCACHE_PATH_REMAP=auto: two checkouts with absolute paths into themselves share links, and only what is the same.

import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { LinkBox } from "./link-box.ts";

setDefaultTimeout(600_000);

const missing = missingTool("gcc", "ar");
const AUTO = { ZCCACHE_PATH_REMAP: "auto" };

const PREPARE = `
rm -rf one two
mkdir -p one/lib one/obj one/.git
cd one
printf 'int dep(void) { return 7; }\\n' >lib/dep.c
printf 'int dep(void);\\nint main(void) { return dep(); }\\n' >main.c
gcc -c lib/dep.c -o lib/dep.o; gcc -c main.c -o obj/main.o; ar rc lib/libdep.a lib/dep.o
cd ..; cp -r one two`;

describe.skipIf(missing !== undefined)(titled("links of two checkouts [links 15]", missing), () => {
  let links: LinkBox;
  beforeAll(() => {
    links = new LinkBox();
  });
  afterAll(async () => await links?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await links.sh(PREPARE);
    await links.clear();
  });

  /** Runs it in both; hits and misses, and what each program says. */
  async function both(command: string, env: Record<string, string> = AUTO, between = "") {
    const before = await links.counts();
    await links.sh(command, { cwd: "one", env });
    await links.sh(`${between}\n${command}`, { cwd: "two", env });
    const after = await links.counts();
    return { hits: after.hits - before.hits, misses: after.misses - before.misses };
  }

  const LINK = 'z gcc "$PWD/obj/main.o" -L"$PWD/lib" -ldep -o prog; r=0; ./prog || r=$?; test $r = 7';

  test("are shared when asked for, each to its own place", async () => {
    expect(await both(LINK)).toEqual({ hits: 1, misses: 1 });
    expect(await links.sh("cmp one/prog two/prog; ls one; ls two")).toBe("lib\nmain.c\nobj\nprog\n".repeat(2));
  });
  test("are shared where libraries are looked for at run time in each", async () => {
    // The linker asks for the variable where a shared library needs another one.
    const more = "echo 'int more;' | gcc -xc -shared -fPIC -Wl,-soname,libmore.so -o lib/libmore.so -";
    const dep = "gcc -shared -fPIC -Wl,-soname,libdep.so -o lib/libdep.so lib/dep.c -Wl,--no-as-needed lib/libmore.so";
    await links.sh(`cd one; ${more}; ${dep}; cp lib/*.so ../two/lib`);
    const command = `export LD_LIBRARY_PATH="$PWD/lib"; z gcc "$PWD/obj/main.o" "$PWD/lib/libdep.so" -o prog`;
    expect(await both(command)).toEqual({ hits: 1, misses: 1 });
  });
  test("are not shared when not asked for", async () => {
    expect(await both(LINK, {})).toEqual({ hits: 0, misses: 2 });
  });
  test("are shared from the same directory below only", async () => {
    const deeper = 'mkdir -p d; cd d; z gcc ../obj/main.o -L"$(dirname $PWD)/lib" -ldep -o prog';
    expect(await both(deeper)).toEqual({ hits: 1, misses: 1 });
    expect(await both('z gcc obj/main.o -L"$PWD/lib" -ldep -o prog')).toEqual({ hits: 1, misses: 1 });
  });
  test("notice a library that is another in one of them", async () => {
    const change =
      "printf 'int dep(void) { return 7 + 0 * 1; }\\nint more = 1;\\n' >lib/dep.c; gcc -c lib/dep.c -o lib/dep.o; ar rc lib/libdep.a lib/dep.o";
    expect(await both(LINK, AUTO, change)).toEqual({ hits: 0, misses: 2 });
  });
  test("notice a library that appears earlier in one of them", async () => {
    const appear = "mkdir first; printf 'int dep(void) { return 8; }\\n' >x.c; gcc -c x.c; ar rc first/libdep.a x.o";
    const command = 'z gcc obj/main.o -L"$PWD/first" -L"$PWD/lib" -ldep -o prog';
    expect(await both(command, AUTO, appear)).toEqual({ hits: 0, misses: 2 });
    expect(await links.sh("r=0; ./prog || r=$?; echo $r", { cwd: "two" })).toBe("8\n");
  });
  test("are not shared where the path shows in what is made", async () => {
    const command = 'z gcc obj/main.o -L"$PWD/lib" -ldep -Wl,-rpath="$PWD/lib" -o prog; grep -q "$PWD/lib" prog';
    expect(await both(command)).toEqual({ hits: 0, misses: 2 });
    // In the same checkout it is a hit all the same.
    const { hits } = await links.counts();
    await links.sh(command, { cwd: "one", env: AUTO });
    expect((await links.counts()).hits).toBe(hits + 1);
  });
  test("are not shared where the path is only the beginning of another", async () => {
    await links.sh("cp -r one/lib one-lib; cp -r two/lib two-lib");
    await links.sh(
      "gcc -DX=8 -c one/lib/dep.c -o one-lib/dep.o; printf 'int dep(void) { return 8; }\\n' >x.c; gcc -c x.c -o two-lib/dep.o; ar rc two-lib/libdep.a two-lib/dep.o",
    );
    expect(await both('z gcc obj/main.o -L"$PWD-lib" -ldep -o prog')).toEqual({ hits: 0, misses: 2 });
    expect(await links.sh("r=0; ./prog || r=$?; echo $r", { cwd: "two" })).toBe("8\n");
  });
  test("take the directory that ZCCACHE_WORKTREE_ROOT names for the tree", async () => {
    await links.sh("rmdir one/.git two/.git");
    expect(await both(LINK)).toEqual({ hits: 0, misses: 2 });
    expect(await both(LINK, { ...AUTO, ZCCACHE_WORKTREE_ROOT: "." })).toEqual({ hits: 1, misses: 1 });
  });
});
