// A stage for linkers, archivers and what calls them: every start of one of them is counted, and no sub-program is
// found in another place than PATH.

import { expect } from "bun:test";
import { mkdirSync } from "node:fs";
import { missingTool } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type ClangStage, openClangStage } from "../compilers/clang-stage.ts";
import type { Effect, Scene } from "../fidelity/three-ways.ts";

const DRIVERS = ["gcc", "g++", "clang", "clang++"];
const LINKERS = ["ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold", "mold"];
const ARCHIVERS = ["ar", "ranlib", "gcc-ar", "gcc-ranlib", "llvm-ar"];
const BINARY_TOOLS = ["strip", "objcopy", "x86_64-linux-gnu-strip", "llvm-strip", "llvm-objcopy"];
const TOOLS: readonly string[] = [...DRIVERS, ...LINKERS, ...ARCHIVERS, ...BINARY_TOOLS];

/** Why there is no judge; undefined if there is one. */
export const noLinkers: string | undefined = missingTool(...TOOLS, "make", "python3");

// What all scenes link. Scripts tell it apart by what else they pass, since the cache is shared.
const INPUTS = `
printf 'int b(int); int main(void) { return b(3) - 6; }\\n' >a.c
printf 'int b(int x) { return 2 * x; }\\n' >b.c
printf 'int f(void) { return 1; }\\nint hidden(void) { return 2; }\\n' >f.c
printf '#include <string>\\nint main() { return std::string("x").size() - 1; }\\n' >c.cc
printf 'int none(void); int main(void) { return none(); }\\n' >u.c
printf 'V1 { global: f; local: *; };\\n' >f.map
echo 'VERSION { V1 { global: f; local: *; }; }' >v.ld
for n in a b f u; do gcc -g -fPIC -c $n.c; done
g++ -c c.cc
for n in a b; do
  gcc -flto -ffat-lto-objects -frandom-seed=$n -O2 -c $n.c -o $n-fat.o
  gcc -flto -frandom-seed=$n -O2 -c $n.c -o $n-slim.o
  clang -flto -O2 -c $n.c -o $n-full.bc
  clang -flto=thin -O2 -c $n.c -o $n-thin.bc
done
printf '.text\\n.globl _start\\n_start: mov $60, %%eax; xor %%edi, %%edi; syscall\\n' | as -o start.o -
printf 'SECTIONS { . = 0x500000; .text : { *(.text) } .data : { *(.data) } }\\n' >start.ld
ar rcsD libb.a b.o
mkdir dir
ln -s dir to
printf '.globl b\\nb: ret\\n.section .note.GNU-stack\\n' >ret.s
echo 'INPUT(b.o)' >libs.so
echo 'a.o b.o -o prog2 -Wl,--as-needed' >gcc.args
echo 'start.o -o prog2 --no-undefined' >ld.args
echo 'a.o b.o' >ar.args
gcc -shared -o libf.so f.o
gcc -g a.o b.o -o prog
cp prog prog.debug
cp a.o old.o
touch -d 2001-01-01 old.o
`;

/** What a scene did, and how many counted programs started for it. */
export type Ran = { readonly effect: Effect; readonly starts: number };

/** Linkers, archivers and drivers on a stage of their own. */
export class LinkStage implements AsyncDisposable {
  readonly at: ClangStage;

  constructor(at: ClangStage) {
    this.at = at;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.at[Symbol.asyncDispose]();
  }

  /** A scene in a tree of its own with copies of the inputs, which are older than any run. */
  scene(script: string, prepare = ""): Scene {
    return { prepare: `unset COMPILER_PATH\ncp -a ../made/. .\n${prepare}`, script: `unset COMPILER_PATH\n${script}` };
  }

  /** A scene of several scripts, each in a directory of its own that has the inputs. */
  scenes(scripts: readonly string[], prepare = ""): Scene {
    const parts = scripts.map((script, at) => `(cd ${at}\n${script}\n)\necho "${at}: $?"`);
    const inputs = scripts.map((_, at) => `mkdir ${at}; cp -a ../made/. ${at}; (cd ${at}; ${prepare || ":"})`);
    return {
      prepare: `unset COMPILER_PATH\n${inputs.join("\n")}`,
      script: `unset COMPILER_PATH\n${parts.join("\n")}`,
    };
  }

  /** Runs a scene without zccache. */
  async bareRun(scene: Scene): Promise<Effect> {
    return await this.at.stage.once(scene, this.at.bare);
  }

  /** Runs a scene with the cache as it is. */
  async cachedRun(scene: Scene): Promise<Ran> {
    return await this.#calmly(await this.at.cachedRun(scene));
  }

  /** The same with zccache put before each `$Z`, and no stand-ins. */
  async launchedRun(scene: Scene): Promise<Ran> {
    this.at.counter.take();
    const effect = await this.at.stage.once({ ...scene, env: { Z: this.at.stage.box.binary } }, this.at.bare);
    return await this.#calmly({ effect, starts: this.at.counter.take() });
  }

  /** The inputs of a link are looked at behind the caller's back, and the next scene removes them. */
  async #calmly(ran: Ran): Promise<Ran> {
    if (ran.starts > 0) await this.at.stage.box.calm();
    return ran;
  }

  /**
   * Asserts that a scene is the same bare, cold and warm, over every file, stream and exit code, and that nothing which
   * is counted starts in the warm run. Where two bare runs differ from each other, by names of temporaries say, warm
   * must equal cold.
   * @returns what it did, and how many counted programs started in the cold run.
   */
  async expectHits(scene: Scene, run = (of: Scene): Promise<Ran> => this.cachedRun(of)): Promise<Ran> {
    const bare = await this.bareRun(scene);
    const cold = await run(scene);
    const isRepeatable = Bun.deepEquals(cold.effect, bare) || Bun.deepEquals(await this.bareRun(scene), bare);
    if (isRepeatable) expect(cold.effect).toEqual(bare);
    else expect(Object.keys(cold.effect.files)).toEqual(Object.keys(bare.files));
    let warm = await run(scene);
    expect(warm.effect).toEqual(cold.effect);
    // On a machine that is too busy to answer within a second an entry may be lost, but not for good.
    if (warm.starts > 0) warm = await run(scene);
    expect(warm.effect).toEqual(cold.effect);
    expect(warm.starts).toBe(0);
    return cold;
  }

  /** What `status` says of links. */
  async linkCounts(): Promise<LinkCounts> {
    const { stdout } = await this.at.stage.box.zccache(["status", "--json"]);
    const { total_links, link_hits, link_misses, link_non_cacheable, warnings } = JSON.parse(stdout).daemon;
    return { total_links, link_hits, link_misses, link_non_cacheable, warnings };
  }
}

/** Fields of `status --json`. */
export type LinkCounts = {
  readonly total_links: number;
  readonly link_hits: number;
  readonly link_misses: number;
  readonly link_non_cacheable: number;
  readonly warnings: Readonly<Record<string, number>>;
};

/** A stage whose inputs are made. @param more Makes further ones. */
export async function openLinkStage(more = ""): Promise<LinkStage> {
  const tools = Object.fromEntries(TOOLS.map((name) => [name, Bun.which(name) ?? name]));
  const at = await openClangStage(() => tools);
  const made = at.stage.box.tree.at("made");
  mkdirSync(made);
  await mustRun(["sh", "-ec", INPUTS + more], { cwd: made });
  return new LinkStage(at);
}
