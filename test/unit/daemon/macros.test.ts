import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { Look } from "../../../src/core/observation.ts";
import { macrosAmong } from "../../../src/daemon/macros.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { CRATE_PLAN } from "../../support/plans.ts";

const PLAN = { ...CRATE_PLAN, variables: /^A/ };
const read = (path: string): Look => ({ path, aspect: "content", found: true });

/** A library of this code. */
function library(tree: TemporaryTree, name: string, code: string): void {
  tree.write({ "a.c": code });
  const { status } = spawnSync("gcc", ["-shared", "-fPIC", "-g", "-o", tree.at(name), tree.at("a.c")]);
  expect(status).toBe(0);
}

const MACRO = "int __rustc_proc_macro_decls_1_ = 1;\n";
const LISTS = "extern char **environ; int f(void) { return environ != 0; }";
const ASKS = '#include <stdlib.h>\nstatic char environ[9]; int f(void) { environ[0] = 1; return getenv("A") != 0; }';

const NONE = { list: false, locate: false };
const files = createFileStates();

describe("macrosAmong()", () => {
  test("knows libraries that import the table of variables, by what they import", () => {
    using tree = fileTree({ "b.rs": "environ\0" });
    library(tree, "libasks.so", MACRO + ASKS);
    library(tree, "liblists.so", MACRO + LISTS);
    library(tree, "libplugin.so", LISTS);
    library(tree, "libunder.so", MACRO + LISTS.replaceAll("environ", "__environ"));
    const lists = (...looks: Look[]) => macrosAmong(looks, { plan: PLAN, cwd: tree.path }, files).list;
    // Debug information has the name, too.
    expect(readFileSync(tree.at("libasks.so")).includes("environ\0")).toBe(true);
    expect(lists(read("libasks.so"), read(tree.at("libplugin.so")), read("b.rs"))).toBe(false);
    expect(lists(read("libasks.so"), read("liblists.so"))).toBe(true);
    expect(lists(read("libunder.so"))).toBe(true);
    expect(lists({ ...read("liblists.so"), aspect: "presence" }, { ...read("liblists.so"), found: false })).toBe(false);
    const { variables: _, ...plain } = PLAN;
    expect(macrosAmong([read("liblists.so")], { plan: plain, cwd: tree.path }, files).list).toBe(false);
  });

  test("takes any macro for one that may ask for the directory, and no other library", () => {
    using tree = fileTree({});
    library(tree, "libasks.so", MACRO + ASKS);
    library(tree, "libplugin.so", LISTS);
    const among = (name: string) => macrosAmong([read(name)], { plan: PLAN, cwd: tree.path }, files);
    expect(among("libasks.so")).toEqual({ list: false, locate: true });
    expect(among("libplugin.so")).toEqual(NONE);
  });

  test("reads a library once as long as its content is held, and another content anew", () => {
    using tree = fileTree({});
    library(tree, "libasks.so", `${MACRO}${ASKS}int held;`);
    let state = `F${tree.path}`;
    let since: number | undefined = 1;
    const held = { heldSince: () => since, state: () => state };
    const among = () => macrosAmong([read("libasks.so")], { plan: PLAN, cwd: tree.path }, held);
    expect(among().list).toBe(false);
    library(tree, "libasks.so", MACRO + LISTS);
    expect(among().list).toBe(false);
    since = undefined;
    expect(among().list).toBe(true);
    since = 2;
    // A change that only shows when it is asked for.
    state += " again";
    expect(among().list).toBe(true);
  });

  test("does not keep what it read of a library that changed meanwhile", () => {
    using tree = fileTree({});
    library(tree, "libasks.so", MACRO + ASKS);
    const state = `F${tree.path}`;
    let looks = 0;
    // It is held from another moment on once it has been read.
    const held = { heldSince: () => (looks++ < 2 ? 1 : 2), state: () => state };
    const among = () => macrosAmong([read("libasks.so")], { plan: PLAN, cwd: tree.path }, held);
    expect(among().list).toBe(false);
    library(tree, "libasks.so", MACRO + LISTS);
    expect(among().list).toBe(true);
  });

  test("takes in changes before it believes what it knows", () => {
    using tree = fileTree({});
    library(tree, "libasks.so", MACRO + ASKS);
    let isTold = true;
    const old = { heldSince: () => 1, state: () => `F${tree.path}` };
    const changed = {
      heldSince: () => (isTold ? 1 : undefined),
      state: () => {
        isTold = false;
        return `F${tree.path} other`;
      },
    };
    const among = (files: typeof old | typeof changed) =>
      macrosAmong([read("libasks.so")], { plan: PLAN, cwd: tree.path }, files).list;
    expect(among(old)).toBe(false);
    library(tree, "libasks.so", MACRO + LISTS);
    expect(among(changed)).toBe(true);
  });

  test("is false of what cannot be loaded, whatever bytes it has", () => {
    using tree = fileTree({ "text.so": "GROUP ( libc.so.6 )\n", "empty.so": "", "dir.so/x": "" });
    library(tree, "liblists.so", MACRO + LISTS);
    const whole = readFileSync(tree.at("liblists.so"));
    writeFileSync(tree.at("cut.so"), whole.subarray(0, whole.length - 64));
    for (let at = 0; at < 64; at++) {
      const broken = Buffer.from(whole);
      broken[at] = 255 - (broken[at] ?? 0);
      writeFileSync(tree.at("broken.so"), broken);
      expect(() => macrosAmong([read("broken.so")], { plan: PLAN, cwd: tree.path }, files)).not.toThrow();
    }
    for (const name of ["text.so", "empty.so", "dir.so", "cut.so", "none.so"])
      expect([name, macrosAmong([read(name)], { plan: PLAN, cwd: tree.path }, files)]).toEqual([name, NONE]);
  });
});
