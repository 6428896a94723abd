import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { deliverExec } from "../../../../src/daemon/library/exec-deliver.ts";
import type { Logger } from "../../../../src/sys/log.ts";
import { execCall } from "./exec-calls.ts";
import { ExecBench } from "./exec-runs.ts";

/** A stored run with output `out/made`, and what delivers it. */
async function stored(bench: ExecBench) {
  const fields = { output_files: ["out/made"] };
  mkdirSync(bench.tree.at("out"));
  const work = () => {
    writeFileSync(bench.tree.at("out/made"), "content");
    chmodSync(bench.tree.at("out/made"), 0o604);
  };
  const row = await bench.file({ written: [bench.tree.at("out/made")], work, stdout: "said" }, fields);
  const entry = "resultKey" in row ? bench.store.readEntry(row.resultKey) : undefined;
  if (entry === undefined) throw new Error("The run was not stored");
  const services = {
    store: bench.store,
    pool: undefined as never, // large objects only
    spool: { newPath: () => bench.tree.at("spooled"), remove: () => undefined, [Symbol.dispose]() {} },
    log: { warn: () => undefined } as unknown as Logger, // what it says is no part of this
  };
  return { entry, deliver: () => deliverExec(entry, execCall(bench.tree, fields), services) };
}

test("deliverExec() puts an output back with content and mode, making its directory", async () => {
  await using bench = new ExecBench();
  const { deliver } = await stored(bench);
  rmSync(bench.tree.at("out"), { recursive: true });
  const delivered = await deliver();
  expect(typeof delivered === "string" ? delivered : Buffer.from(delivered.stdout.bytes).toString()).toBe("said");
  expect(bench.tree.read("out/made").toString()).toBe("content");
  expect(statSync(bench.tree.at("out/made")).mode & 0o7777).toBe(0o604);
});

test.each<[what: string, put: (path: string) => void]>([
  ["a link", (path) => symlinkSync("elsewhere", path)],
  ["a directory", (path) => mkdirSync(path)],
  [
    "a file with another name",
    (path) => {
      writeFileSync(path, "old");
      linkSync(path, `${path}.other`);
    },
  ],
  ["a file that is read-only", (path) => writeFileSync(path, "old", { mode: 0o444 })],
])("deliverExec() leaves %s to the tool", async (_what, put) => {
  await using bench = new ExecBench();
  const { deliver } = await stored(bench);
  rmSync(bench.tree.at("out/made"));
  put(bench.tree.at("out/made"));
  const before = readdirSync(bench.tree.at("out"));
  expect(await deliver()).toBe("unfit");
  expect(readdirSync(bench.tree.at("out"))).toEqual(before);
});

test("deliverExec() puts nothing into place of a damaged object", async () => {
  await using bench = new ExecBench();
  const { entry, deliver } = await stored(bench);
  rmSync(bench.tree.at("out/made"));
  const object = bench.store.objectPath(entry.outputs[0]?.digest ?? "");
  chmodSync(object, 0o644);
  writeFileSync(object, readFileSync(object, "latin1").toUpperCase());
  expect(await deliver()).toBe("corrupt");
  expect(existsSync(bench.tree.at("out/made"))).toBe(false);
});

test("deliverExec() takes an output that the call did not declare for damage", async () => {
  await using bench = new ExecBench();
  const { entry, deliver } = await stored(bench);
  for (const name of ["declared/644/1", "found/644/../x", "declared/644", "elsewhere/644/0", "found/9/x"]) {
    Object.assign(entry.outputs[0] ?? {}, { name });
    expect(await deliver()).toBe("corrupt");
  }
});
