import { expect, test } from "bun:test";
import { renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { checkImage } from "../../../src/store/depgraph-file.ts";
import { decodeRecords, type ImageRecord } from "../../../src/store/depgraph-image.ts";
import { validateRecords } from "../../../src/workers/validate-records.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { headFor, recordOf, writeRecords } from "../../support/graph-records.ts";

/** Names of the records that are left after `change`, and how many are not. */
async function validated(
  tree: TemporaryTree,
  records: readonly ImageRecord[],
  { change = () => {}, devices }: { change?: () => void; devices?: string },
) {
  const path = tree.at("depgraph.bin");
  await writeRecords(path, headFor(tree.path), records);
  change();
  const outcome = checkImage(path);
  if (outcome.kind !== "loaded") throw new Error(`it is ${outcome.kind}`);
  const [block] = outcome.blocks;
  if (block === undefined) throw new Error("it has no block");
  const own = outcome.head.devices.map(({ device }) => device).join(" ");
  const { records: bytes, stale } = validateRecords({ path, ...block, devices: devices ?? own });
  return { left: [...decodeRecords(bytes)].map(({ record }) => record.path.slice(tree.path.length + 1)), stale };
}

test("validateRecords() drops every file whose stamp is another one", async () => {
  const names = ["same", "written", "times", "renamed", "gone", "link", "touched"];
  using tree = fileTree(Object.fromEntries([...names, "other"].map((name) => [name, name.slice(0, 4)])));
  const paths = names.map((name) => tree.at(name));
  for (const path of paths) utimesSync(path, 1000, 1000);
  const result = await validated(
    tree,
    paths.map((path) => recordOf(path)),
    {
      change: () => {
        writeFileSync(tree.at("written"), "more text");
        writeFileSync(tree.at("times"), "emit");
        utimesSync(tree.at("times"), 1000, 1000);
        renameSync(tree.at("other"), tree.at("renamed"));
        rmSync(tree.at("gone"));
        rmSync(tree.at("link"));
        symlinkSync("same", tree.at("link"));
        utimesSync(tree.at("touched"), 1000, 1000);
      },
    },
  );
  expect(result).toEqual({ left: ["same"], stale: 6 });
});

test("validateRecords() drops contents on devices that were mounted anew", async () => {
  using tree = fileTree({ a: "a" });
  expect(await validated(tree, [recordOf(tree.at("a"))], { devices: "1 2" })).toEqual({ left: [], stale: 1 });
});

test("validateRecords() keeps followed paths, but no file whose content would have to be read", async () => {
  using tree = fileTree({ a: "a" });
  const record = (name: string, aspect: ImageRecord["aspect"]) =>
    ({ path: tree.at(name), aspect, idleLives: 0, content: undefined }) as const;
  const records = [record("a", "presence"), record("a", "content"), record("none", "content"), record(".", "listing")];
  const { left, stale } = await validated(tree, records, {});
  expect([left.length, stale]).toEqual([3, 1]);
});
