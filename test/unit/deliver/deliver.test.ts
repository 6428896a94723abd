import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import type { Entry } from "../../../src/core/entry.ts";
import type { OutputRole, PlannedOutput } from "../../../src/core/plan.ts";
import { type Delivery, deliver } from "../../../src/deliver/deliver.ts";
import { digestOf, sampleEntry } from "../../support/store-samples.ts";
import { DeliveryBench } from "./delivery-bench.ts";

class Bench extends DeliveryBench {
  umask = 0o022;
  target: string | undefined;
  mustGoOn = (): void => undefined;

  deliver(places: Partial<Record<OutputRole, string>> = { object: "b/a.o", depfile: "b/a.d" }): Promise<Delivery> {
    const planned = (["object", "direct", "depfile"] as const).flatMap((role): PlannedOutput[] => {
      const name = places[role];
      if (name === undefined) return [];
      const path = name.startsWith("/") ? name : this.tree.at(name);
      return role === "depfile" && this.target !== undefined ? [{ role, path, target: this.target }] : [{ role, path }];
    });
    return deliver(
      this.entry,
      { planned, cwd: this.tree.path },
      { ...this.options, umask: this.umask, mustGoOn: () => this.mustGoOn() },
    );
  }
}

describe("deliver()", () => {
  test("P4: puts every output where the current command line wants it, and says how much", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "deps");
    bench.add("side", "dwo", { name: "a.dwo" });
    bench.tree.write({ "b/a.o": "old" });
    expect(await bench.deliver()).toEqual({ kind: "delivered", bytes: 13 });
    expect(bench.names()).toEqual([".keep", "a.d", "a.dwo", "a.o"]);
    expect([bench.read("b/a.o"), bench.read("b/a.d"), bench.read("b/a.dwo")]).toEqual(["object", "deps", "dwo"]);
  });

  test.each([
    [0o000, "666", "777"],
    [0o022, "644", "755"],
    [0o077, "600", "700"],
  ])("gives the modes that a compiler would under umask %i", async (umask, plain, executable) => {
    using bench = new Bench();
    bench.umask = umask;
    bench.add("object", "prog", { executable: true });
    bench.add("depfile", "deps");
    bench.tree.write({ "b/a.o": "old" });
    chmodSync(bench.tree.at("b/a.o"), 0o640);
    await bench.deliver();
    expect((statSync(bench.tree.at("b/a.o")).mode & 0o7777).toString(8)).toBe(executable);
    expect((statSync(bench.tree.at("b/a.d")).mode & 0o7777).toString(8)).toBe(plain);
  });

  test("gives no depfile the mode of the executable one that was rewritten when it was stored", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "deps", { executable: true });
    await bench.deliver();
    expect((statSync(bench.tree.at("b/a.d")).mode & 0o777).toString(8)).toBe("644");
  });

  test("X8: follows a depfile's symbolic link and rewrites the file there, which keeps its mode and identity", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "deps");
    bench.tree.write({ "real/a.d": "old and longer" });
    chmodSync(bench.tree.at("real/a.d"), 0o600);
    symlinkSync("../real/a.d", bench.tree.at("b/a.d"));
    const before = statSync(bench.tree.at("real/a.d"));
    await bench.deliver();
    const after = statSync(bench.tree.at("real/a.d"));
    expect([bench.read("real/a.d"), bench.names()]).toEqual(["deps", [".keep", "a.d", "a.o"]]);
    expect([after.ino, after.mode]).toEqual([before.ino, before.mode]);
    expect(readdirSync(bench.tree.at("real"))).toEqual(["a.d"]);
  });

  test("asks when all is staged whether to go on, and leaves everything as it was if not", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "deps");
    bench.tree.write({ "b/a.o": "old", "b/a.d": "older" });
    bench.mustGoOn = () => {
      expect(bench.names()).toHaveLength(5);
      throw new Error("the client has left");
    };
    await expect(bench.deliver()).rejects.toThrow("the client has left");
    expect([bench.read("b/a.o"), bench.read("b/a.d"), bench.names()]).toEqual([
      "old",
      "older",
      [".keep", "a.d", "a.o"],
    ]);
  });

  test("hands large objects to the worker pool, small ones not", async () => {
    using bench = new Bench();
    bench.add("object", "x".repeat(2_000_000));
    bench.add("depfile", "deps");
    await bench.deliver();
    expect(bench.copied).toBe(1);
    expect(bench.read("b/a.o").length).toBe(2_000_000);
  });

  test.each([
    ["a fifo", (path: string) => spawnSync("mkfifo", [path])],
    ["a hard-linked file", (path: string) => spawnSync("sh", ["-c", 'echo mine > "$0" && ln "$0" "$0.link"', path])],
    ["a read-only file", (path: string) => writeFileSync(path, "mine", { mode: 0o400 })],
    ["a directory", (path: string) => mkdirSync(path)],
  ])("X8: refuses %s and touches nothing, the other outputs included", async (_, make) => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "deps");
    make(bench.tree.at("b/a.d"));
    const before = [bench.names(), statSync(bench.tree.at("b/a.d")).ino];
    expect(await bench.deliver()).toMatchObject({ kind: "refused", reason: "output-kind" });
    expect([bench.names(), statSync(bench.tree.at("b/a.d")).ino]).toEqual(before);
  });

  test("X8: refuses a device node, which stays one", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    expect(await bench.deliver({ object: "/dev/null" })).toMatchObject({ kind: "refused", reason: "output-kind" });
    expect(statSync("/dev/null").isCharacterDevice()).toBeTrue();
  });

  test("M10: refuses a directory that is not there or that no file can be made in", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    expect(await bench.deliver({ object: "none/a.o" })).toMatchObject({ reason: "output-kind" });
    expect(await bench.deliver({ object: "/proc/self/a.o" })).toMatchObject({ reason: "output-kind" });
  });

  test("refuses two outputs in one place", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "deps");
    symlinkSync("a.o", bench.tree.at("b/same"));
    expect(await bench.deliver({ object: "b/a.o", depfile: "b/same" })).toMatchObject({ reason: "output-kind" });
    expect(bench.names()).toEqual([".keep", "same"]);
  });

  test("C5: a damaged second output leaves the old files, and nothing else", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "deps");
    bench.tree.write({ "b/a.o": "old", "b/a.d": "old", [`o/${digestOf("deps")}`]: "DEPS" });
    await expect(bench.deliver()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    expect([bench.names(), bench.read("b/a.o"), bench.read("b/a.d")]).toEqual([[".keep", "a.d", "a.o"], "old", "old"]);
  });

  test.each(["../x", "/tmp/x", "a/../../x", "a\0b", ""])(
    "S7: refuses the side output %j with STORE_CORRUPT",
    async (name) => {
      using bench = new Bench();
      bench.add("object", "object");
      bench.add("side", "side", { name });
      await expect(bench.deliver()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
      expect(bench.names()).toEqual([".keep"]);
    },
  );

  test("gives a depfile the target of the current command line", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "x.o: a.c h.h\n", { name: "x.o" });
    bench.target = "out/y.o";
    await bench.deliver();
    expect(bench.read("b/a.d")).toBe("out/y.o: a.c h.h\n");
  });

  test("a depfile whose target is not the one that was stored is STORE_CORRUPT, and nothing is put into place", async () => {
    using bench = new Bench();
    bench.add("object", "object");
    bench.add("depfile", "other: a.c\n", { name: "x.o" });
    bench.target = "y.o";
    await expect(bench.deliver()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    expect(bench.names()).toEqual([".keep"]);
  });

  test("puts side outputs below the working directory where there is no other", async () => {
    using bench = new Bench();
    bench.add("cwd-side", "dump", { name: "b/a.i" });
    expect(await bench.deliver({})).toEqual({ kind: "delivered", bytes: 4 });
    expect(bench.read("b/a.i")).toBe("dump");
  });

  test("puts side outputs beside a named path where no output is planned, and refuses to guess without one", async () => {
    using bench = new Bench();
    bench.add("side", "deps", { name: "a.d" });
    const entry: Entry = { ...sampleEntry("x"), outputs: bench.outputs };
    const options = { umask: 0o022, objectPath: (digest: string) => bench.tree.at(`o/${digest}`) };
    const nowhere = { planned: [], cwd: bench.tree.path };
    await expect(deliver(entry, nowhere, options)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    await deliver(entry, { ...nowhere, beside: bench.tree.at("b/x.o") }, options);
    expect(bench.read("b/a.d")).toBe("deps");
  });

  test("X8: gives the place of a file to what the tool renames, with a mode of its own", async () => {
    using bench = new Bench();
    bench.add("object", "new");
    bench.tree.write({ "b/a.o": "" });
    chmodSync(bench.tree.at("b/a.o"), 0o600);
    const planned = [{ role: "object", path: bench.tree.at("b/a.o") }] as const;
    const options = { umask: 0o022, objectPath: (digest: string) => bench.tree.at(`o/${digest}`) };
    const entry: Entry = { ...sampleEntry("x"), outputs: bench.outputs };
    await deliver(entry, { planned, cwd: bench.tree.path, renamed: /x/ }, options);
    expect([bench.read("b/a.o"), statSync(bench.tree.at("b/a.o")).mode & 0o777]).toEqual(["new", 0o644]);
  });

  test.each([
    ["direct", undefined, true],
    ["side", "a.su", true],
    ["side", "a.dwo", false],
    ["cwd-side", "b/a.gcno", true],
    ["cwd-side", "b/a.o", false],
  ] as const)("%s %s over a file that is there: it stays the same file: %s", async (role, name, same) => {
    using bench = new Bench();
    const path = role === "direct" ? "b/a.s" : role === "side" ? `b/${name}` : (name ?? "");
    if (role === "side") bench.add("direct", "text");
    bench.add(role, "new", { name });
    bench.tree.write({ [path]: "old and longer" });
    chmodSync(bench.tree.at(path), 0o640);
    const held = openSync(bench.tree.at(path), "r");
    const { ino } = statSync(bench.tree.at(path));
    await bench.deliver({ direct: "b/a.s" });
    const after = statSync(bench.tree.at(path));
    closeSync(held);
    expect([bench.read(path), after.ino === ino, (after.mode & 0o777) === 0o640]).toEqual(["new", same, same]);
  });

  test("an output that the command line has no place for is STORE_CORRUPT", async () => {
    using bench = new Bench();
    bench.add("depfile", "deps");
    await expect(bench.deliver({ object: "b/a.o" })).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });
});
