import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { recordBlocks } from "../../../src/daemon/depgraph-records.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { KnownContents } from "../../../src/key/known-contents.ts";
import type { DeviceScope } from "../../../src/key/stamp-scope.ts";
import { watchStates } from "../../../src/key/watched-states.ts";
import { decodeRecords } from "../../../src/store/depgraph-image.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

/** File states an hour from now: contents are remembered at once, unless `hours` is 0. */
function looking(hours: number) {
  const contents = new KnownContents();
  const watch = openWatch([tmpdir()]);
  const now = () => BigInt(Date.now() + hours * 3_600_000) * 1_000_000n;
  return { contents, watch, files: watchStates(createFileStates({ contents, now }), watch) };
}

/** Paths below the tree, aspects and whether a content is with them. */
async function recordsOf(
  tree: TemporaryTree,
  source: ReturnType<typeof looking>,
  devices: readonly DeviceScope[] = source.contents.lastingDevices(),
) {
  const blocks = await Array.fromAsync(recordBlocks(source, devices));
  const records = blocks.flatMap((block) => [...decodeRecords(block)].map(({ record }) => record));
  return records.map(
    ({ path, aspect, content }) => `${path.slice(tree.path.length + 1)} ${aspect} ${content !== undefined}`,
  );
}

test("recordBlocks() gives contents and followed paths", async () => {
  using tree = fileTree({ "a.h": "a", "d/x": "" });
  const source = looking(1);
  await source.files.states([
    { path: tree.at("a.h"), aspect: "content" },
    { path: tree.at("a.h"), aspect: "link" },
    { path: tree.at("none"), aspect: "content" },
    { path: tree.at("d"), aspect: "listing" },
  ]);
  expect(await recordsOf(tree, source)).toEqual([
    "a.h content true",
    "none content false",
    "a.h link false",
    "d listing false",
  ]);
});

test("recordBlocks() leaves out contents on devices that were mounted anew, and files that were read too early", async () => {
  using tree = fileTree({ "a.h": "a" });
  for (const [hours, devices] of [
    [1, []],
    [0, undefined],
  ] as const) {
    const source = looking(hours);
    source.files.state(tree.at("a.h"), "content");
    expect(await recordsOf(tree, source, devices)).toEqual([]);
  }
});

test("recordBlocks() leaves out what something happened to since", async () => {
  using tree = fileTree();
  const source = looking(1);
  source.files.state(tree.at("none"), "presence");
  expect(await recordsOf(tree, source)).toEqual(["none presence false"]);
  tree.write({ none: "" });
  source.watch.drain();
  expect(await recordsOf(tree, source)).toEqual([]);
});

test("recordBlocks() goes by what requests asked for, whether a followed file is known just now or has to be looked at", async () => {
  using tree = fileTree({ "a.h": "a" });
  const source = looking(1);
  const item = { path: tree.at("a.h"), aspect: "content" } as const;
  // Looks ahead of requests ask for contents as these do.
  source.files.state(item.path, item.aspect);
  const mark = source.watch.known(item.path, item.aspect);
  if (mark === undefined) throw new Error("it is not followed");
  mark.idleLives = 8;
  expect(await recordsOf(tree, source)).toEqual([]);
  mark.state = undefined;
  expect(await recordsOf(tree, source)).toEqual([]);
  mark.idleLives = 7;
  expect(await recordsOf(tree, source)).toEqual(["a.h undefined true"]);
});
