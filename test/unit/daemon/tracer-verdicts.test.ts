import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { TracerVerdicts } from "../../../src/daemon/tracer-verdicts.ts";
import { fileTree } from "../../support/file-tree.ts";

const GOOD = { kind: "traced", looks: 40 } as const;
const BAD = { kind: "untraceable", reason: "a trial showed unseen work: open of a.c" } as const;

test("TracerVerdicts are there for the next daemon, whatever bytes are in a name", () => {
  using tree = fileTree();
  const first = new TracerVerdicts(tree.path, "t1");
  first.keep("/opt/\xe9/gcc\0Fa", GOOD);
  first.keep("/opt/cc\0Fb", BAD);
  const second = new TracerVerdicts(tree.path, "t1");
  expect(second.get("/opt/\xe9/gcc\0Fa")).toEqual(GOOD);
  expect(second.get("/opt/cc\0Fb")).toEqual(BAD);
  expect(second.get("/opt/cc\0Fc")).toBeUndefined();
  expect(readdirSync(tree.path)).toEqual(["tool-trials.json"]);
});

test("TracerVerdicts of another tracer count for nothing", () => {
  using tree = fileTree();
  new TracerVerdicts(tree.path, "t1").keep("/cc\0F", GOOD);
  expect(new TracerVerdicts(tree.path, "t2").get("/cc\0F")).toBeUndefined();
});

test.each([
  ["", "is empty"],
  ["[]", "is no object"],
  ['{"tracer":"t1","tools":null}', "has no tools"],
  ['{"tracer":"t1","tools":{"/cc":{"kind":"traced"}}}', "has half a verdict"],
  ['{"tracer":"t1","tools":{"/cc":{"kind":"untried","reason":"x"}}}', "has one that is none"],
  ['{"tracer":"t1","tools":{"/cc":{"kind":"tra', "ends early"],
])("TracerVerdicts take a file for absent that %#: %s", (content) => {
  using tree = fileTree({ "tool-trials.json": content });
  const verdicts = new TracerVerdicts(tree.path, "t1");
  expect([...verdicts.entries()]).toEqual([]);
  verdicts.keep("/cc", GOOD);
  expect(new TracerVerdicts(tree.path, "t1").get("/cc")).toEqual(GOOD);
});

test("TracerVerdicts leave out what is no verdict, and keep the others", () => {
  const tools = { "/a": GOOD, "/b": { kind: "traced", looks: "40" }, "/c": 1, "/d": BAD };
  using tree = fileTree({ "tool-trials.json": JSON.stringify({ tracer: "t1", tools }) });
  expect([...new TracerVerdicts(tree.path, "t1").entries()]).toEqual([
    ["/a", GOOD],
    ["/d", BAD],
  ]);
});

test("TracerVerdicts that cannot be written hold for this daemon, and the oldest of very many goes", () => {
  using tree = fileTree();
  const verdicts = new TracerVerdicts(tree.at("none"), "t1");
  for (let n = 0; n <= 1000; n++) verdicts.keep(`/cc${n}`, GOOD);
  expect(verdicts.get("/cc0")).toBeUndefined();
  expect(verdicts.get("/cc1")).toEqual(GOOD);
  expect(verdicts.get("/cc1000")).toEqual(GOOD);
});
