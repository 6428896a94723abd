import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { CompileCall } from "../../../src/daemon/call.ts";
import { EarlyCopies } from "../../../src/daemon/early-copies.ts";
import { stageOutputs } from "../../../src/daemon/stage-outputs.ts";
import type { NewOutput } from "../../../src/store/new-result.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { NOTHING_OBSERVED } from "../../support/observations.ts";
import { sampleEntry } from "../../support/store-samples.ts";

const callIn = (tree: TemporaryTree, link = true): CompileCall =>
  ({
    cwd: tree.at("w"),
    plan: {
      kind: "compile",
      link,
      source: "a.o",
      keyArguments: [],
      outputs: [{ role: "object", path: "./prog" }],
      sideOutputs: false,
      cwdInKey: false,
    },
  }) as unknown as CompileCall; // only these two fields matter here

/** Names of the store's files that are no objects yet. */
function staged(tree: TemporaryTree): string[] {
  const [folder = ""] = new Bun.Glob("**/tmp").scanSync({ cwd: tree.at("cache"), onlyFiles: false });
  return readdirSync(tree.at(`cache/${folder}`));
}

test("EarlyCopies has the output of a link that is copied once, before its trace is read", async () => {
  using tree = fileTree({ "w/prog": "first" });
  const [call, early] = [callIn(tree), new EarlyCopies(openStore(tree.at("cache")))];
  early.begin(call);
  const observation = { ...NOTHING_OBSERVED, written: [tree.at("w/prog")] };
  const outputs = await stageOutputs(observation, call, early);
  if ("reason" in outputs) throw new Error(outputs.detail);
  early.drop();
  expect(staged(tree)).toHaveLength(1);
  expect(outputs.outputs.map(({ staged: { path } }) => readFileSync(path, "utf8"))).toEqual(["first"]);
});

test("EarlyCopies removes what nobody asks for, and copies it when it is asked for after all", async () => {
  using tree = fileTree({ "w/prog": "old" });
  const early = new EarlyCopies(openStore(tree.at("cache")));
  early.begin(callIn(tree));
  early.drop();
  for (let waited = 0; waited < 5000 && staged(tree).length > 0; waited += 5) await Bun.sleep(5);
  expect(staged(tree)).toEqual([]);
  using copy = await early.stage(tree.at("w/prog"));
  expect(readFileSync(copy.path, "utf8")).toBe("old");
});

test("EarlyCopies tells who asks for a copy why there is none", async () => {
  using tree = fileTree({ "w/x": "" });
  mkdirSync(tree.at("w/prog"));
  const early = new EarlyCopies(openStore(tree.at("cache")));
  early.begin(callIn(tree));
  await Bun.sleep(1);
  expect(early.stage(tree.at("w/prog"))).rejects.toThrow("no regular file");
});

test("EarlyCopies begins nothing for a compile, whose trace need not be asked", async () => {
  using tree = fileTree({ "w/prog": "object" });
  const begun: unknown[] = [];
  const early = new EarlyCopies({
    stage: (path) => {
      begun.push(path);
      return Promise.reject(new Error("not copied"));
    },
  });
  early.begin(callIn(tree, false));
  const asked = () => {
    begun.push("asked");
    return [];
  };
  expect([await early.complete(asked), begun]).toEqual([false, []]);
  early.begin(callIn(tree));
  expect(begun).toEqual([tree.at("w/prog")]);
});

test("EarlyCopies is complete with all that was written, and has it as it was whatever becomes of it", async () => {
  using tree = fileTree({ "w/prog": "first".padEnd(3_000_000) });
  const early = new EarlyCopies(openStore(tree.at("cache")));
  early.begin(callIn(tree));
  expect(await early.complete(() => [tree.at("w/./prog")])).toBe(true);
  renameSync(tree.at("w/prog"), tree.at("w/moved"));
  writeFileSync(tree.at("w/moved"), "second");
  const observation = { ...NOTHING_OBSERVED, written: [tree.at("w/prog")] };
  const outputs = await stageOutputs(observation, callIn(tree), early);
  if ("reason" in outputs) throw new Error(outputs.detail);
  expect(outputs.outputs.map(({ staged: { path } }) => readFileSync(path, "utf8").trimEnd())).toEqual(["first"]);
  expect(early.stage(tree.at("w/moved"))).rejects.toMatchObject({ code: "OUTPUT_CHANGED" });
});

test.each<[title: string, written: string[] | undefined]>([
  ["another file was written", ["w/prog", "w/other"]],
  ["an output is no file", ["w/prog"]],
  ["the trace is damaged", undefined],
])("EarlyCopies is not complete where %s, and copies on", async (title, written) => {
  using tree = fileTree({ "w/other": "other" });
  if (title.includes("no file")) mkdirSync(tree.at("w/prog"));
  else tree.write({ "w/prog": "program" });
  const early = new EarlyCopies(openStore(tree.at("cache")));
  early.begin(callIn(tree));
  expect(await early.complete(() => written?.map((name) => tree.at(name)))).toBe(false);
  expect(early.has(tree.at("w/prog"))).toBe(false);
  using copy = await early.stage(tree.at("w/other"));
  expect(readFileSync(copy.path, "utf8")).toBe("other");
  early.drop();
});

describe("EarlyCopies.know()", () => {
  /** What was known of the outputs of a link, of which the first copy was begun and the second asked for. */
  async function knownAfter(use: (early: EarlyCopies, copies: readonly NewOutput[]) => void) {
    using tree = fileTree({ "w/prog": "1", "w/prog.map": "2" });
    const told: string[] = [];
    const early = new EarlyCopies(openStore(tree.at("cache")), (path) => {
      const name = path.slice(path.lastIndexOf("/") + 1);
      return { known: (state) => told.push(`${name} ${state}`), [Symbol.dispose]: () => told.push(`${name} ended`) };
    });
    early.begin(callIn(tree));
    const copies: NewOutput[] = [];
    for (const name of ["w/prog", "w/./prog.map"])
      copies.push({ role: "object", name: undefined, staged: await early.stage(tree.at(name)) });
    use(early, copies);
    early.drop();
    for (const { staged } of copies) staged[Symbol.dispose]();
    return told;
  }
  const output = { role: "object", name: undefined, size: 1, check: "", executable: false } as const;
  const entry = { ...sampleEntry("x"), outputs: ["aa", "bb"].map((digest) => ({ ...output, digest })) };

  test("tells each file what its copy became, and then lets it go", async () => {
    const told = await knownAfter((early, copies) => {
      early.know(copies, entry);
      early[Symbol.dispose]();
    });
    expect(told).toEqual(["prog Faa", "prog.map Fbb", "prog ended", "prog.map ended"]);
  });

  test("tells nothing where nothing was stored", async () => {
    expect(await knownAfter((early) => early[Symbol.dispose]())).toEqual(["prog ended", "prog.map ended"]);
  });

  test("lets a file go that could not be copied, or was when nobody asked any more", async () => {
    using tree = fileTree({ "w/x": "", "w/prog": "1" });
    const ended: string[] = [];
    const early = new EarlyCopies(openStore(tree.at("cache")), (path) => ({
      known: () => {},
      [Symbol.dispose]: () => void ended.push(path),
    }));
    expect(early.stage(tree.at("w"))).rejects.toThrow("no regular file");
    const late = early.stage(tree.at("w/prog"));
    early[Symbol.dispose]();
    (await late)[Symbol.dispose]();
    await Bun.sleep(1);
    expect(ended.sort()).toEqual([tree.at("w"), tree.at("w/prog")]);
  });
});
