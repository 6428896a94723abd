import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { stageObject } from "../../../src/store/staged-object.ts";
import { fileTree } from "../../support/file-tree.ts";

describe("stageObject()", () => {
  test.each([10, 3_000_000])("P7: takes a private copy of %d bytes, never the file's own inode", async (size) => {
    using tree = fileTree({ "a.o": "x".repeat(size) });
    const staged = await stageObject(tree.at("a.o"), tree.at("copy"));
    expect(statSync(staged.path).ino).not.toBe(statSync(tree.at("a.o")).ino);
    expect(statSync(tree.at("a.o")).nlink).toBe(1);
    writeFileSync(tree.at("a.o"), "edited");
    expect(readFileSync(staged.path, "utf8")).toBe("x".repeat(size));
    expect({ size: staged.size, executable: staged.executable }).toEqual({ size, executable: false });
  });

  test("knows executables, follows symbolic links, takes paths of any bytes", async () => {
    using tree = fileTree({ prog: "elf" });
    chmodSync(tree.at("prog"), 0o700);
    symlinkSync("prog", Buffer.from(tree.at("\xff"), "latin1"));
    const staged = await stageObject(tree.at("\xff"), tree.at("copy"));
    expect({ size: staged.size, executable: staged.executable }).toEqual({ size: 3, executable: true });
  });

  test.each(["none", "directory"])("refuses %s with OUTPUT_CHANGED and leaves nothing", async (name) => {
    using tree = fileTree({ "directory/x": "" });
    const staging = stageObject(tree.at(name), tree.at("copy"));
    await expect(staging).rejects.toMatchObject({ code: "OUTPUT_CHANGED" });
    expect(readdirSync(tree.path)).toEqual(["directory"]);
  });

  test("T4: refuses a file that is written while it is copied", async () => {
    using tree = fileTree({ "a.o": "x".repeat(5_000_000) });
    const staging = stageObject(tree.at("a.o"), tree.at("copy"));
    writeFileSync(tree.at("a.o"), "y".repeat(5_000_000));
    await expect(staging).rejects.toMatchObject({ code: "OUTPUT_CHANGED" });
    expect(readdirSync(tree.path)).toEqual(["a.o"]);
  });

  test("leaving the scope removes a staged object that was not placed", async () => {
    using tree = fileTree();
    {
      using staged = await stageObject(Buffer.from("x"), tree.at("copy"));
      expect(existsSync(staged.path)).toBeTrue();
    }
    expect(readdirSync(tree.path)).toEqual([]);
  });

  test("cannot stage where there is no directory: STORE_WRITE", async () => {
    using tree = fileTree({ "a.o": "x" });
    const codes = [tree.at("a.o"), Buffer.from("x")].map((source) =>
      stageObject(source, tree.at("none/copy")).catch((error) => error.code),
    );
    expect(await Promise.all(codes)).toEqual(["STORE_WRITE", "STORE_WRITE"]);
  });
});
